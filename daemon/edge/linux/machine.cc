// See machine.h.
#include "daemon/edge/linux/machine.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

#include "daemon/edge/linux/proc_fs.h"

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

std::optional<std::string> refuse_few_fds() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max >= fewest_fds) return {};
  return fmt::format("{} descriptors are too few: {} are needed (ulimit -n {})", limit.rlim_max,
                     fewest_fds, fewest_fds);
}

Usual usual_of_children() {
  Usual usual;
  const mode_t mask = umask(077);
  umask(mask);
  usual.umask = FileMask{mask};
  errno = 0;
  if (const int nice = getpriority(PRIO_PROCESS, 0); errno == 0) usual.nice = Niceness{nice};
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) usual.nofile = ResourceLimit{limit.rlim_cur};
  if (getrlimit(RLIMIT_CORE, &limit) == 0) usual.core = ResourceLimit{limit.rlim_cur};
  int score = 0;
  if (std::ifstream("/proc/self/oom_score_adj") >> score) usual.oom_score = OomScore{score};
  return usual;
}

uint32_t count_open_fds() {
  std::unique_ptr<DIR, int (*)(DIR*)> fds(opendir("/proc/self/fd"), closedir);
  uint32_t count = 0;
  while (fds && readdir(fds.get())) ++count;
  return count > 3 ? count - 3 : 0;  // less ".", ".." and the one that reads
}

void hide_from_equals() { prctl(PR_SET_DUMPABLE, 0); }

uint64_t memory_of_machine() {
  const long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
  return pages > 0 && size > 0 ? static_cast<uint64_t>(pages) * static_cast<uint64_t>(size) : 0;
}

std::string find_beside_us(const std::string& name) {
  char path[PATH_MAX];
  const ssize_t n = readlink("/proc/self/exe", path, sizeof path);
  const std::string self(path, n > 0 ? static_cast<size_t>(n) : 0);
  const std::filesystem::path directory = self.substr(0, self.rfind('/') + 1);
  const std::filesystem::path beside = directory / name;
  const std::filesystem::path elsewhere =
      (directory / libexec_from_bin() / name).lexically_normal();
  const bool is_elsewhere =
      access(beside.c_str(), F_OK) != 0 && access(elsewhere.c_str(), F_OK) == 0;
  return is_elsewhere ? elsewhere : beside;
}

std::string boot_id() {
  std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen("/proc/sys/kernel/random/boot_id", "re"),
                                             std::fclose);
  char text[64] = "";
  if (!file || std::fscanf(file.get(), "%63s", text) != 1) return {};
  return text;
}

namespace {

// 0 where the kernel has no such thing.
uint64_t inode_of_path(const char* path) {
  struct stat status {};
  return stat(path, &status) == 0 ? status.st_ino : 0;
}

}  // namespace

// The number of a namespace is given to another when it has gone, hence the start of its first
// process.
std::string machine_id() {
  const auto first = read_process(1);
  return fmt::format("{}/{}/{}", boot_id(), inode_of_path("/proc/self/ns/pid"),
                     first ? first->start : 0);
}

std::string place_id(const std::string& state_dir, const std::string& runtime_dir) {
  struct stat root {};
  stat("/", &root);
  const std::string place =
      fmt::format("{}\n{}\n{}\n{}\n{}:{}", state_dir, runtime_dir, geteuid(),
                  inode_of_path("/proc/self/ns/pid"), root.st_dev, root.st_ino);
  return fmt::format("{:016x}", XXH3_64bits(place.data(), place.size()));
}

bool is_reserved(int fd) {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
         static_cast<uint64_t>(fd) + fd_reserve >= limit.rlim_cur;
}

}  // namespace muster
