// See lock.h.
#include "daemon/edge/takeover/lock.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>

#include "base/whole_file.h"
#include "daemon/edge/linux/kernel_text.h"
#include "daemon/edge/linux/proc_fs.h"

namespace muster {

namespace {

std::string owner_of(int fd) {
  std::array<char, 4096> text;
  ssize_t n = pread(fd, text.data(), text.size(), 0);
  std::string owner(text.data(), n > 0 ? static_cast<size_t>(n) : 0);
  while (!owner.empty() && owner.back() == '\n') owner.pop_back();
  size_t blank = owner.find(' ');
  if (blank == std::string::npos) return "another process";
  return "pid " + owner.substr(0, blank) + ", for " + owner.substr(blank + 1);
}

// A client that asks whether a daemon runs holds the lock for a moment (proto/client.cc), which
// must not look like a daemon.
bool lock_soon(int fd) {
  constexpr int attempts = 20, pause_ms = 5;
  for (int i = 0; i < attempts; i++) {
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) return true;
    if (errno != EWOULDBLOCK) return false;
    poll(nullptr, 0, pause_ms);
  }
  return flock(fd, LOCK_EX | LOCK_NB) == 0;
}

// The inode of the socket with this name; 0 if there is none. A line of the table ends with inode
// and name.
uint64_t inode_of_name(const std::string& name) {
  constexpr size_t limit = 64 << 20;
  const std::string table = read_kernel_text("/proc/net/unix", limit).value_or("");
  const size_t at = table.find(" @" + name + "\n");
  if (at == std::string::npos) return 0;
  const size_t begin = table.rfind(' ', at - 1) + 1;
  uint64_t inode = 0;
  std::from_chars(table.data() + begin, table.data() + at, inode);
  return inode;
}

// The eldest of the processes whose descriptors we may see, which is the keeper.
pid_t holder_of(uint64_t inode) {
  std::optional<ProcessEntry> eldest;
  for (auto& entry : read_processes()) {
    const auto inodes = socket_inodes(entry.pid);
    if (std::find(inodes.begin(), inodes.end(), inode) == inodes.end()) continue;
    if (!eldest || entry.start < eldest->start) eldest = entry;
  }
  return eldest ? eldest->pid : 0;
}

}  // namespace

Result<UniqueFd> take_name(const std::string& place) {
  const std::string name = "muster-" + place;
  UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return fail_errno(errno, "socket");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  (void)shutdown(socket.get(), SHUT_RD);  // it is never to be filled
  if (bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size) == 0) return socket;
  if (errno != EADDRINUSE) return fail_errno(errno, "{}", name);
  if (const pid_t holder = holder_of(inode_of_name(name)); holder > 0)
    return fail("already running (pid {}); use `ctl` to steer it, or --app NAME for a second one",
                holder);
  return UniqueFd();
}

Result<> sign_lock(int lock, pid_t pid, const std::string& directory) {
  std::string owner = fmt::format("{} {}\n", pid, directory);
  if (ftruncate(lock, 0) != 0 ||
      pwrite(lock, owner.data(), owner.size(), 0) != static_cast<ssize_t>(owner.size()))
    return fail_errno(errno, "write");
  return {};
}

Result<UniqueFd> take_lock(const std::string& path, pid_t pid, const std::string& directory) {
  if (auto way = make_way(path); !way) return tl::unexpected(way.error());
  struct stat status {};
  if (lstat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode))
    unlink(path.c_str());  // a FIFO or the like would block no process, but could not be signed
  UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  if (!fd) return fail_errno(errno, "{}: open", path);
  if (!lock_soon(fd.get())) {
    if (errno != EWOULDBLOCK) return fail_errno(errno, "{}: lock", path);
    return fail("already running ({}); use `ctl` to steer it, or --app NAME for a second one",
                owner_of(fd.get()));
  }
  if (Result<> signed_by = sign_lock(fd.get(), pid, directory); !signed_by)
    return within(signed_by.error(), "{}", path);
  return fd;
}

}  // namespace muster
