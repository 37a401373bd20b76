// The descriptors of the daemon itself.
#include "daemon/edge/linux/machine.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include "base/unique_fd.h"

namespace muster {
namespace {

// The answer of `check` in a process of its own, whose descriptors may be ruined.
template <class Check>
bool holds_apart(Check check) {
  pid_t pid = fork();
  if (pid == 0) _exit(check() ? 0 : 1);
  int status = 0;
  REQUIRE(waitpid(pid, &status, 0) == pid);
  return status == 0;
}

TEST_CASE("standard descriptors that were closed are taken, those that are open are left alone") {
  for (unsigned closed = 0; closed < 8; ++closed) {
    CAPTURE(closed);
    CHECK(holds_apart([&] {
      int kept[2];
      if (pipe(kept) != 0) return false;
      for (int fd = 0; fd < 3; ++fd) {
        dup2(kept[1], fd);
        if (closed >> fd & 1) close(fd);
      }
      occupy_standard_fds();
      for (int fd = 0; fd < 3; ++fd) {
        int flags = fcntl(fd, F_GETFL);
        // Ours are open both ways, the pipe's end only for writing.
        if (flags < 0 || ((flags & O_ACCMODE) == O_RDWR) != bool(closed >> fd & 1)) return false;
      }
      UniqueFd next(open("/dev/null", O_RDONLY));
      return next.get() > kept[1];
    }));
  }
}

TEST_CASE("the soft limit is raised to the hard one, and what was before is remembered") {
  CHECK(holds_apart([] {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    rlimit low{100, limit.rlim_max};
    setrlimit(RLIMIT_NOFILE, &low);
    auto limits = raise_fd_limit();
    getrlimit(RLIMIT_NOFILE, &limit);
    return limits.before == 100 && limits.now == limit.rlim_max && limit.rlim_cur == limits.now;
  }));
}

TEST_CASE("the last descriptors before the limit are reserved") {
  CHECK(holds_apart([] {
    rlimit low{200, 200};
    setrlimit(RLIMIT_NOFILE, &low);
    return !is_reserved(200 - fd_reserve - 1) && is_reserved(200 - fd_reserve);
  }));
}

TEST_CASE("an open descriptor is counted, a closed one is not") {
  auto before = count_open_fds();
  UniqueFd one(open("/dev/null", O_RDONLY | O_CLOEXEC));
  CHECK(count_open_fds() == before + 1);
  one.reset();
  CHECK(count_open_fds() == before);
}

}  // namespace
}  // namespace muster
