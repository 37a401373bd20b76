// See machine.h.
#include "daemon/edge/machine.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cstdio>
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

std::string find_beside_us(const std::string& name) {
  char path[PATH_MAX];
  const ssize_t n = readlink("/proc/self/exe", path, sizeof path);
  const std::string self(path, n > 0 ? static_cast<size_t>(n) : 0);
  return self.substr(0, self.rfind('/') + 1) + name;
}

std::string boot_id() {
  std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen("/proc/sys/kernel/random/boot_id", "re"),
                                             std::fclose);
  char text[64] = "";
  if (!file || std::fscanf(file.get(), "%63s", text) != 1) return {};
  return text;
}

bool is_reserved(int fd) {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
         static_cast<uint64_t>(fd) + fd_reserve >= limit.rlim_cur;
}

}  // namespace muster
