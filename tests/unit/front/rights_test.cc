// Each of these is tried by a process of its own, which gives up its rights before.
#include "front/rights.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstdlib>
#include <functional>
#include <thread>

using namespace muster;

namespace {

// Returns the exit status of a process that has given up its rights and calls that.
int status_of(const std::function<int()>& call) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(give_up_rights() ? call() : 99);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

// 0 if the call fails for want of the right.
int refused(long result, int error = EPERM) { return result == -1 && errno == error ? 0 : 1; }

}  // namespace

TEST_CASE("without its rights it starts no program and no process") {
  if (!has_filter) return;
  CHECK(status_of([] {
          char* const words[] = {nullptr};
          return refused(::execv("/bin/true", words));
        }) == 0);
  CHECK(status_of([] { return refused(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)); }) == 0);
  CHECK(status_of([] { return refused(::syscall(435, 0, 0), ENOSYS); }) == 0);
  CHECK(status_of([] { return refused(::fork()); }) == 0);
}

TEST_CASE("without its rights it changes no file") {
  if (!has_filter) return;
  CHECK(status_of([] { return refused(::open("/dev/null", O_WRONLY)); }) == 0);
  CHECK(status_of([] { return refused(::open("/dev/null", O_RDWR)); }) == 0);
  CHECK(status_of([] { return refused(::open("/tmp", O_RDONLY | O_CREAT, 0600)); }) == 0);
  CHECK(status_of([] { return refused(::mkdir("/tmp/muster-front-was-here", 0700)); }) == 0);
  CHECK(status_of([] { return refused(::unlink("/nothing")); }) == 0);
  CHECK(status_of([] { return refused(::rename("/nothing", "/nowhere")); }) == 0);
  CHECK(status_of([] { return refused(::chmod("/nothing", 0)); }) == 0);
  CHECK(status_of([] { return ::open("/dev/null", O_RDONLY) >= 0 ? 0 : 1; }) == 0);
}

TEST_CASE("without its rights it reaches no other process and no part of the kernel") {
  if (!has_filter) return;
  CHECK(status_of([] { return refused(::kill(::getppid(), 0)); }) == 0);
  CHECK(status_of([] { return refused(::syscall(SYS_tgkill, ::getppid(), ::getppid(), 0)); }) == 0);
  CHECK(status_of([] { return refused(::ptrace(PTRACE_ATTACH, ::getppid(), 0, 0)); }) == 0);
  CHECK(status_of([] { return refused(::syscall(SYS_bpf, 0, nullptr, 0)); }) == 0);
  CHECK(status_of([] { return refused(::syscall(SYS_unshare, 0)); }) == 0);
  CHECK(status_of([] { return refused(::syscall(425, 1, nullptr)); }) == 0);
  CHECK(status_of([] { return refused(::socket(AF_PACKET, SOCK_RAW, 0)); }) == 0);
  CHECK(status_of([] { return refused(::socket(AF_ALG, SOCK_SEQPACKET, 0)); }) == 0);
}

TEST_CASE("what it needs is left: sockets, threads, memory, an abort") {
  CHECK(status_of([] {
          const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
          return socket >= 0 && ::listen(socket, 1) == 0 ? 0 : 1;
        }) == 0);
  CHECK(status_of([] { return ::socket(AF_UNIX, SOCK_STREAM, 0) >= 0 ? 0 : 1; }) == 0);
  CHECK(status_of([] {
          int seen = 1;
          std::thread([&seen] { seen = 0; }).join();
          return seen;
        }) == 0);
  CHECK(status_of([]() -> int {
          ::signal(SIGABRT, SIG_DFL);
          std::abort();
        }) == -SIGABRT);
}

TEST_CASE("its memory and descriptors are bounded, and it leaves no core") {
  CHECK(status_of([] {
          rlimit core{}, descriptors{};
          ::getrlimit(RLIMIT_CORE, &core);
          ::getrlimit(RLIMIT_NOFILE, &descriptors);
          return core.rlim_max == 0 && descriptors.rlim_max <= 1024 ? 0 : 1;
        }) == 0);
  if (!has_filter) return;
  CHECK(status_of(
            [] { return refused(::syscall(SYS_mmap, 0, 3L << 30, 0, 0x22, -1, 0), ENOMEM); }) == 0);
}
