// See exit_status.h. Three sources, in this order: our own child, without reaping it; a zombie of
// another parent, whose last field in /proc/PID/stat is its status; and what the pidfd remembers
// of a process that was reaped (since Linux 6.15).
#include "daemon/edge/launch/exit_status.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <string>

#include "base/unique_fd.h"

namespace muster {
namespace {

ExitStatus from_wait_status(int status) {
  if (WIFSIGNALED(status)) return {ExitStatus::Kind::signaled, WTERMSIG(status)};
  return {ExitStatus::Kind::exited, WEXITSTATUS(status)};
}

// struct pidfd_info of linux/pidfd.h, as far as Linux 6.15 has it; older headers lack it.
struct PidfdInfo {
  uint64_t mask, cgroupid;
  uint32_t pid, tgid, ppid, ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
  int32_t exit_code;
};
static_assert(sizeof(PidfdInfo) == 64);
constexpr uint64_t info_has_exit = 1 << 3;

std::optional<ExitStatus> remembered_by(int pidfd) {
  PidfdInfo info{};
  info.mask = info_has_exit;
  const unsigned long request = _IOWR(0xFF, 11, PidfdInfo);
  if (ioctl(pidfd, request, &info) != 0 || !(info.mask & info_has_exit)) return {};
  return from_wait_status(info.exit_code);
}

// The kernel shows a 0 to those who may not know.
bool may_know(const std::string& directory) {
  struct stat status {};
  return geteuid() == 0 || (stat(directory.c_str(), &status) == 0 && status.st_uid == geteuid());
}

std::optional<ExitStatus> of_zombie(pid_t pid) {
  const std::string directory = "/proc/" + std::to_string(pid);
  UniqueFd fd(open((directory + "/stat").c_str(), O_RDONLY | O_CLOEXEC));
  char buffer[2048];
  const ssize_t n = fd ? read(fd.get(), buffer, sizeof buffer) : 0;
  std::string_view text(buffer, n > 0 ? static_cast<size_t>(n) : 0);
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  const size_t name_end = text.rfind(") Z ");
  const size_t last = text.rfind(' ');
  if (name_end == text.npos || last == text.npos || !may_know(directory)) return {};
  int status = 0;
  std::from_chars(text.data() + last + 1, text.data() + text.size(), status);
  return from_wait_status(status);
}

}  // namespace

std::optional<ExitStatus> exit_status_of(pid_t pid, int pidfd) {
  siginfo_t info{};
  if (waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0) {
    if (info.si_pid == 0) return {};
    const bool exited = info.si_code == CLD_EXITED;
    return ExitStatus{exited ? ExitStatus::Kind::exited : ExitStatus::Kind::signaled,
                      info.si_status};
  }
  pollfd end{pidfd, POLLIN, 0};
  if (poll(&end, 1, 0) == 0) return {};
  if (auto status = of_zombie(pid)) return status;
  if (auto status = remembered_by(pidfd)) return status;
  return ExitStatus{};
}

}  // namespace muster
