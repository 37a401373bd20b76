// The things that a supervisor is given at its start, and the caller that is told that it is ready.
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <string>

#include "keeper_stage.h"

#include <catch2/catch.hpp>

namespace muster::keeper {
namespace {

std::string first_line(const std::string& path) {
  std::string line;
  std::ifstream file(path);
  std::getline(file, line);
  return line;
}

std::string oom_score_adj(pid_t pid) {
  return first_line("/proc/" + std::to_string(pid) + "/oom_score_adj");
}

TEST_CASE("a supervisor begins as if there were no keeper") {
  rlimit before;
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit low{200, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &low) == 0);
  KeeperStage stage;
  stage.start();
  Supervisor supervisor = stage.supervisor();
  REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);

  CHECK(supervisor.hello.fd_limit == 200);
  CHECK(supervisor.hello.open_fds == 4);  // the first three and its end of the pair
  CHECK(supervisor.hello.report == -1);
  CHECK(oom_score_adj(supervisor.pid()) == oom_score_adj(getpid()));
  CHECK(std::stoi(oom_score_adj(stage.keeper())) <= std::stoi(oom_score_adj(getpid())));
  CHECK(getpgid(supervisor.pid()) == supervisor.pid());
  CHECK(getpgid(stage.keeper()) == stage.keeper());
  rlimit keepers;
  REQUIRE(prlimit(stage.keeper(), RLIMIT_NOFILE, nullptr, &keepers) == 0);
  CHECK(keepers.rlim_cur == before.rlim_max);
}

TEST_CASE("every supervisor can report until one is ready, and then nobody holds the pipe") {
  KeeperStage stage;
  Pipe pipe;
  stage.start({"--report", std::to_string(pipe.to.get())}, {pipe.to.get()});
  pipe.to.reset();
  Supervisor first = stage.supervisor();
  CHECK(first.hello.report >= 0);
  first.deposit(Kind::launch, 1, {});
  first.kill();
  Supervisor second = stage.ready_supervisor();
  CHECK(second.hello.report >= 0);
  second.kill();
  Supervisor third = stage.supervisor();
  CHECK(third.hello.report == -1);
  CHECK(read_some(pipe.from.get()).empty());
}

TEST_CASE("a program that cannot be run is reported to whoever waits") {
  KeeperStage stage;
  Pipe pipe;
  const std::string fd = std::to_string(pipe.to.get());
  pid_t keeper =
      stage.run({stage.program, "--report", fd, "--", "/there/is/none"}, {pipe.to.get()});
  pipe.to.reset();
  CHECK(read_some(pipe.from.get()) == "/there/is/none: No such file or directory");
  CHECK(exit_status_of(keeper) == 127);
}

TEST_CASE("the service manager is told, whatever kind of name its socket has") {
  const bool abstract = GENERATE(false, true);
  KeeperStage names;
  const std::string path = names.directory() + "/notify";
  UniqueFd service_manager(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{AF_UNIX, {}};
  std::strcpy(address.sun_path + abstract, path.c_str());
  const auto size =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + abstract + path.size());
  REQUIRE(bind(service_manager.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);

  KeeperStage stage({"NOTIFY_SOCKET=" + ((abstract ? "@" : "") + path)});
  stage.start();
  Supervisor supervisor = stage.ready_supervisor();
  std::string said = read_some(service_manager.get());
  CHECK(said.find("READY=1\n") == 0);
  CHECK(said.find("\nMAINPID=" + std::to_string(stage.keeper()) + "\n") != std::string::npos);
  stage.kill(SIGTERM);
  CHECK(read_some(service_manager.get()) == "STOPPING=1");
}

}  // namespace
}  // namespace muster::keeper
