// See child.h. Not by uv_spawn: that forks, which copies the page tables of a daemon that maps a
// window per stream, waits for the child to be scheduled twice, and asks after every child at every
// SIGCHLD. posix_spawn shares the memory until exec, and a pidfd tells of its own process only.
#include "daemon/edge/child.h"

#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <utility>

namespace muster {
namespace {

// Pointers into strings that outlive it, and the null at the end.
std::vector<char*> pointers_into(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

// The error number, or 0 and the pid. muster-exec does what is not done here.
int spawn_process(Child::Plan& plan, pid_t& pid) {
  auto argv = pointers_into(plan.argv);
  auto environment = pointers_into(plan.environment);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (size_t target = 0; target < plan.stdio.size(); ++target)
    posix_spawn_file_actions_adddup2(&actions, plan.stdio[target], static_cast<int>(target));
  int error = posix_spawn(&pid, argv[0], &actions, &attributes, argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error;
}

}  // namespace

Child::Child(Loop& loop, pid_t pid, UniqueFd pidfd, UniqueFd report,
             std::function<void()> on_change)
    : pid_(pid),
      pidfd_(std::move(pidfd)),
      report_(std::move(report)),
      on_change_(std::move(on_change)),
      exit_poll_(loop, pidfd_.get(), [this] { reap(); }),
      report_poll_(loop, report_.get(), [this] {
        read_report();
        on_change_();
      }) {
  exit_poll_.watch(Poll::readable);
  report_poll_.watch(Poll::readable);
}

tl::expected<std::unique_ptr<Child>, int> Child::spawn(Loop& loop, Plan plan, UniqueFd report,
                                                       std::function<void()> on_change) {
  for (int fd : plan.stdio) CHECK(fd >= 3, "descriptor {} is where another is to go", fd);
  pid_t pid = 0;
  if (int error = spawn_process(plan, pid)) return tl::unexpected(error);
  // Not reaped yet, so the pid is still its own.
  UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd) {
    int error = errno;
    kill(-pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    return tl::unexpected(error);
  }
  return std::unique_ptr<Child>(
      new Child(loop, pid, std::move(pidfd), std::move(report), std::move(on_change)));
}

// The pipe ends without a word if exec has succeeded. Also if muster-exec was killed before: then
// an exit by that signal is what follows, and says enough.
void Child::read_report() {
  if (start_ != Start::pending) return;
  ssize_t n = read(report_.get(), &failure_, sizeof failure_);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  start_ = n == sizeof failure_ ? Start::failed : Start::succeeded;
  report_poll_.watch(Poll::nothing);
}

void Child::reap() {
  siginfo_t info{};
  int status = waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG);
  if (status == 0 && info.si_pid == 0) return;  // not dead yet
  exit_poll_.watch(Poll::nothing);
  read_report();
  if (start_ == Start::pending) start_ = Start::succeeded;
  if (status != 0)
    exit_ = ExitStatus{ExitStatus::Kind::unknown, 0};
  else if (info.si_code == CLD_EXITED)
    exit_ = ExitStatus{ExitStatus::Kind::exited, info.si_status};
  else
    exit_ = ExitStatus{ExitStatus::Kind::signaled, info.si_status};
  on_change_();
}

}  // namespace muster
