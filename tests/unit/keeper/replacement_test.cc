// The keeper itself is replaced: by a newer one in its place, or by another after its death.
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "keeper_stage.h"

#include <catch2/catch.hpp>

namespace muster::keeper {
namespace {

bool has_argument(pid_t pid, const std::string& argument) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline");
  std::string line{std::istreambuf_iterator<char>(file), {}};
  return line.find(std::string(1, '\0') + argument + std::string(1, '\0')) != std::string::npos;
}

TEST_CASE("an upgraded keeper is the same process and has kept everything") {
  KeeperStage stage;
  stage.start();
  Supervisor first = stage.ready_supervisor();
  Pipe pipe;
  first.deposit(Kind::launch, 1, {pipe.from.get()}, "web.1");
  first.order(Order::spawn);
  const pid_t leader = first.cue().value;
  first.set_pid(1, leader);
  REQUIRE(first.count_deposits() == 1);
  const int fds = count_fds(stage.keeper());

  first.say(Verb::upgrade);
  REQUIRE(eventually([&] { return has_argument(stage.keeper(), "--continue"); }));
  CHECK(first.count_deposits() == 1);
  CHECK(count_fds(stage.keeper()) == fds);
  first.order(Order::exit);

  Supervisor second = stage.ready_supervisor();
  CHECK(second.hello.deaths == 0);
  CHECK(second.hello.open_fds == first.hello.open_fds);
  CHECK(second.hello.fd_limit == first.hello.fd_limit);
  std::vector<Parcel> items = second.list();
  REQUIRE(items.size() == 1);
  CHECK(std::string(items[0].message.note) == "web.1");
  REQUIRE(write(pipe.to.get(), "still here", 10) == 10);
  REQUIRE(items[0].message.fd_count == 1);
  CHECK(read_some(items[0].fds[0]) == "still here");
  close_all(items);
  CHECK(parent_of(leader) == stage.keeper());
}

TEST_CASE("a keeper whose program is gone goes on as it is") {
  KeeperStage stage;
  stage.program = stage.directory() + "/muster-keeper";
  std::filesystem::copy(beside_me("muster-keeper"), stage.program);
  stage.start();
  Supervisor first = stage.ready_supervisor();
  first.deposit(Kind::launch, 1, {});
  REQUIRE(first.count_deposits() == 1);
  std::filesystem::remove(stage.program);
  SECTION("there is nothing in its place") {}
  SECTION("what is in its place cannot run") {
    std::ofstream(stage.program) << "\x7f"
                                    "ELF, or so it says";
    std::filesystem::permissions(stage.program, std::filesystem::perms::all);
  }
  first.say(Verb::upgrade);
  first.order(Order::exit);
  Supervisor second = stage.ready_supervisor();
  CHECK(second.hello.deaths == 0);
  CHECK(second.count_deposits() == 1);
}

TEST_CASE("a new keeper takes on a supervisor whose keeper has died") {
  KeeperStage stage;
  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
  UniqueFd mine(ends[0]), its(ends[1]);
  setenv("MUSTER_KEEPER", std::to_string(its.get()).c_str(), 1);
  const pid_t orphaned = stage.run(stage.puppet_command(), {its.get()});
  unsetenv("MUSTER_KEEPER");
  Supervisor first = stage.supervisor();
  REQUIRE(first.pid() == orphaned);

  stage.start({"--adopt", std::to_string(mine.get()), std::to_string(orphaned)}, {mine.get()});
  mine.reset();
  first.deposit(Kind::launch, 1, {});
  REQUIRE(first.count_deposits() == 1);
  stage.kill(SIGHUP);
  CHECK(first.cue().value == SIGHUP);
  first.deposit(Kind::launch, 2, {});
  first.kill();
  REQUIRE(waitpid(orphaned, nullptr, 0) == orphaned);

  Supervisor second = stage.ready_supervisor();
  CHECK(parent_of(second.pid()) == stage.keeper());
  CHECK(second.count_deposits() == 2);
  second.say(Verb::finish, 5);
  second.order(Order::exit);
  CHECK(stage.exit_status() == 5);
}

}  // namespace
}  // namespace muster::keeper
