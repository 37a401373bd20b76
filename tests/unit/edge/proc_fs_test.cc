// Reading /proc: names with odd characters, processes that are not there, signals that must not hit
// a stranger.
#include "daemon/edge/linux/proc_fs.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <catch2/catch.hpp>

#include "base/unique_fd.h"

namespace muster {
namespace {

TEST_CASE("a process may call itself what it likes") {
  std::string rest = " S 7 8 9 0 -1 4194304 1 0 0 0 1 2 0 0 20 0 1 0 123456 10000 1";
  for (std::string name : {"sh", "a b", "x) S 1 2 3 (", "", "\n"}) {
    auto entry = parse_stat("42 (" + name + ")" + rest);
    REQUIRE(entry);
    CHECK(entry->pid == 42);
    CHECK(entry->parent == 7);
    CHECK(entry->group == 8);
    CHECK(entry->session == 9);
    CHECK(entry->start == 123456);
    CHECK_FALSE(entry->dead);
  }
  CHECK(parse_stat("42 (sh) Z" + rest.substr(2))->dead);
}

TEST_CASE("what is no stat line is no process") {
  for (std::string text : {"", "42", "42 (sh", "42 (sh)", "42 (sh) S 1 2", "x (sh) S 1 2 3"})
    CHECK_FALSE(parse_stat(text));
}

TEST_CASE("we find ourselves, and nobody under a number that no process has") {
  auto self = read_process(getpid());
  REQUIRE(self);
  CHECK(self->parent == getppid());
  CHECK(self->session == getsid(0));
  CHECK_FALSE(read_process(99999999));
  bool found = false;
  for (auto& entry : read_processes()) found |= entry.pid == getpid();
  CHECK(found);
  CHECK(read_processes([](pid_t) { return true; }).empty());
}

TEST_CASE("an environment tells the value of exactly this name, the first that it has") {
  using namespace std::string_view_literals;
  auto environment = "A=1\0MUSTER_LAUNCH=12\0B=MUSTER_LAUNCH=1\0A=2\0ODD\0E=\0"sv;
  CHECK(value_in(environment, "MUSTER_LAUNCH") == "12");
  CHECK(value_in(environment, "A") == "1");
  CHECK(value_in(environment, "E") == "");
  for (auto name : {"MUSTER", "LAUNCH", "ODD", "C"}) CHECK_FALSE(value_in(environment, name));
  CHECK_FALSE(value_in("", "A"));
  CHECK(value_in("A=1", "A") == "1");
}

TEST_CASE("a socket of ours is among ours") {
  UniqueFd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  CHECK_FALSE(socket_inodes(getpid()).empty());
  CHECK(socket_inodes(99999999).empty());
}

TEST_CASE("a process that has taken over a number is not signalled in place of the old one") {
  pid_t pid = fork();
  if (pid == 0) {
    pause();
    _exit(0);
  }
  auto entry = read_process(pid);
  REQUIRE(entry);
  auto earlier = *entry;
  earlier.start -= 1;
  CHECK_FALSE(signal_process(earlier, SIGKILL));
  CHECK(waitpid(pid, nullptr, WNOHANG) == 0);
  CHECK(signal_process(*entry, SIGKILL));
  int status = 0;
  CHECK(waitpid(pid, &status, 0) == pid);
  CHECK(WTERMSIG(status) == SIGKILL);
  CHECK_FALSE(signal_process(*entry, SIGKILL));
}

TEST_CASE("nobody signals init or ourselves") {
  CHECK_FALSE(signal_process(*read_process(1), 0));
  CHECK_FALSE(signal_process(*read_process(getpid()), 0));
}

TEST_CASE("our children are listed until they are reaped, and nobody else is") {
  const pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  auto has_it = [&] {
    auto children = read_children(getpid());
    REQUIRE(children);
    return std::count(children->begin(), children->end(), child) == 1;
  };
  CHECK(has_it());
  CHECK(read_children(child)->empty());
  kill(child, SIGKILL);
  siginfo_t info{};
  waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
  CHECK(has_it());
  waitpid(child, nullptr, 0);
  CHECK_FALSE(has_it());
  CHECK_FALSE(read_children(99999999));
}

}  // namespace
}  // namespace muster
