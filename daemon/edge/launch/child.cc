// See child.h. Not by uv_spawn: that forks, which copies the page tables of a daemon that maps a
// window per stream, waits for the child to be scheduled twice, and asks after every child at every
// SIGCHLD. posix_spawn shares the memory until exec, and a pidfd tells of its own process only.
#include "daemon/edge/launch/child.h"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <utility>

#include "base/check.h"
#include "base/exec_words.h"
#include "daemon/edge/launch/exit_status.h"
#include "daemon/edge/linux/proc_fs.h"
#include "daemon/edge/linux/program_copy.h"
#include "daemon/edge/linux/spawn_into.h"

namespace muster {
namespace {

// The error number, or 0 and the pid. muster-exec does what is not done here. Why it cannot be
// started in a cgroup does not matter where it need not be: what is wrong besides is met again
// without.
int spawn_process(Child::Plan& plan, pid_t& pid) {
  auto argv = pointers_into(plan.argv);
  auto environment = pointers_into(plan.environment);
  const std::string path = plan.program ? path_of_descriptor(plan.program.get()) : plan.argv[0];
  if (plan.cgroup >= 0) {
    const int error =
        spawn_into(plan.cgroup, path.c_str(), argv.data(), environment.data(), plan.stdio, pid);
    if (error == 0 || plan.only_in_cgroup) return error;
  }
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
  int error =
      posix_spawn(&pid, path.c_str(), &actions, &attributes, argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error;
}

UniqueFd open_pidfd(pid_t pid) {
  return UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
}

}  // namespace

Child::Child(Loop& loop, Identity identity, UniqueFd pidfd, UniqueFd report,
             std::function<void()> on_change)
    : identity_(identity),
      pidfd_(std::move(pidfd)),
      report_(std::move(report)),
      on_change_(std::move(on_change)) {
  if (pidfd_) {
    exit_poll_.emplace(loop, pidfd_.get(), [this] { read_exit(); });
    exit_poll_->watch(Poll::readable);
  } else {
    exit_ = ExitStatus{};
  }
  if (!report_) {
    start_ = Start::succeeded;
    return;
  }
  report_poll_.emplace(loop, report_.get(), [this] {
    read_report();
    on_change_();
  });
  report_poll_->watch(Poll::hung_up);
}

tl::expected<std::unique_ptr<Child>, int> Child::spawn(Loop& loop, Plan plan, UniqueFd report,
                                                       std::function<void()> on_change) {
  for (int fd : plan.stdio) CHECK(fd >= 3, "descriptor {} is where another is to go", fd);
  pid_t pid = 0;
  if (int error = spawn_process(plan, pid)) return tl::unexpected(error);
  // Not reaped yet, so the pid is still its own, and it is in /proc, if only as a zombie.
  UniqueFd pidfd = open_pidfd(pid);
  if (!pidfd) {
    int error = errno;
    kill(-pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    return tl::unexpected(error);
  }
  auto entry = read_process(pid);
  Identity identity{pid, entry ? entry->start : 0};
  return std::unique_ptr<Child>(
      new Child(loop, identity, std::move(pidfd), std::move(report), std::move(on_change)));
}

// The descriptor holds on to the process; that it is the one we mean is checked after opening.
std::unique_ptr<Child> Child::adopt(Loop& loop, Identity identity, UniqueFd report,
                                    std::function<void()> on_change) {
  const auto pid = static_cast<pid_t>(identity.pid);
  UniqueFd pidfd = open_pidfd(pid);
  auto entry = read_process(pid);
  if (!entry || entry->start != identity.start) pidfd.reset();
  auto child = std::unique_ptr<Child>(
      new Child(loop, identity, std::move(pidfd), std::move(report), std::move(on_change)));
  if (child->report_) child->read_report();
  if (child->exit_ && child->start_ == Start::pending) child->start_ = Start::succeeded;
  return child;
}

// The socket stays silent if exec has succeeded. Also if muster-exec was killed before: then an
// exit by that signal is what follows, and says enough.
void Child::read_report() {
  if (start_ != Start::pending || !report_) return;
  const ExecSaid said = peek_report(report_.get());
  if (!said.over && !said.failure) return;
  if (said.failure) failure_ = *said.failure;
  start_ = said.failure ? Start::failed : Start::succeeded;
  report_poll_->watch(Poll::nothing);
}

void Child::read_exit() {
  auto status = exit_status_of(pid(), pidfd_.get());
  if (!status) return;
  exit_poll_->watch(Poll::nothing);
  read_report();
  if (start_ == Start::pending) start_ = Start::succeeded;
  exit_ = status;
  on_change_();
}

void Child::await_end(Nanos patience) const {
  pollfd end{pidfd_.get(), POLLIN, 0};
  if (pidfd_) (void)poll(&end, 1, static_cast<int>(patience / 1ms));
}

void Child::end_now(Nanos patience) const {
  if (!pidfd_) return;
  syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
  await_end(patience);
}

void Child::release() {
  if (std::exchange(released_, true)) return;
  waitpid(pid(), nullptr, WNOHANG);
}

ExecSaid peek_report(int report) {
  std::array<ExecReport, 2> said{};
  const ssize_t n = recv(report, said.data(), sizeof said, MSG_PEEK | MSG_DONTWAIT);
  const size_t count = n > 0 ? static_cast<size_t>(n) / sizeof(ExecReport) : 0;
  ExecSaid all;
  if (count > 0 && said[0].stage == ExecStage::begun) all.pid = said[0].number;
  if (count > 1) all.failure = said[1];
  pollfd end{report, POLLRDHUP, 0};
  all.over = n == 0 || (poll(&end, 1, 0) > 0 && (end.revents & (POLLRDHUP | POLLHUP)) != 0);
  return all;
}

}  // namespace muster
