// See lock.h.
#include "daemon/edge/lock.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>

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

// Whoever asks whether a daemon runs holds the lock for a moment (proto/client.cc), which must not
// look like a daemon.
bool lock_soon(int fd) {
  constexpr int attempts = 20, pause_ms = 5;
  for (int i = 0; i < attempts; i++) {
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) return true;
    if (errno != EWOULDBLOCK) return false;
    poll(nullptr, 0, pause_ms);
  }
  return flock(fd, LOCK_EX | LOCK_NB) == 0;
}

}  // namespace

Result<> sign_lock(int lock, pid_t pid, const std::string& directory) {
  std::string owner = fmt::format("{} {}\n", pid, directory);
  if (ftruncate(lock, 0) != 0 ||
      pwrite(lock, owner.data(), owner.size(), 0) != static_cast<ssize_t>(owner.size()))
    return fail_errno(errno, "write");
  return {};
}

Result<UniqueFd> take_lock(const std::string& path, pid_t pid, const std::string& directory) {
  UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
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
