// See machine.h.
#include "daemon/edge/machine.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <memory>

namespace muster {

void occupy_standard_fds() {
  // The lowest free number is given out; the first above 2 says that none of them was free.
  int fd;
  do {
    fd = open("/dev/null", O_RDWR);
  } while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd >= 0) close(fd);
}

FdLimits raise_fd_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  FdLimits limits{limit.rlim_cur, limit.rlim_cur};
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) == 0) limits.now = limit.rlim_cur;
  return limits;
}

uint32_t count_open_fds() {
  std::unique_ptr<DIR, int (*)(DIR*)> fds(opendir("/proc/self/fd"), closedir);
  uint32_t count = 0;
  while (fds && readdir(fds.get())) ++count;
  return count > 3 ? count - 3 : 0;  // less ".", ".." and the one that reads
}

bool is_reserved(int fd) {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
         static_cast<uint64_t>(fd) + fd_reserve >= limit.rlim_cur;
}

}  // namespace muster
