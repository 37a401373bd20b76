// See isolation.h. Here: the three processes.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/exec/isolation.h"
#include "daemon/exec/privileges.h"

namespace muster {
namespace {

constexpr int own_namespaces = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC;

bool has_user_namespace = false;

// The message in which the init says how the program has ended.
int ending = -1;
struct Ending {
  int status;            // as wait() has it
  int leaves_something;  // of the program, which lives on with the init
};

void close_from(unsigned first) {
  if (syscall(SYS_close_range, first, ~0U, 0U) != 0)
    for (unsigned fd = first; fd < 1024; ++fd) close(static_cast<int>(fd));
}

// The descriptor becomes 0 and is the only one.
void keep_only(int fd) {
  dup2(fd, 0);
  close_from(1);
}

void block_signals() {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
}

pid_t wait_for(pid_t child, int& status) {
  pid_t dead;
  do dead = waitpid(child, &status, 0);
  while (dead < 0 && errno == EINTR);
  return dead;
}

[[noreturn]] void end_as(int status) {
  if (WIFSIGNALED(status)) {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    signal(WTERMSIG(status), SIG_DFL);
    kill(getpid(), WTERMSIG(status));
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
  }
  _exit(WEXITSTATUS(status));
}

// The supervisor asks the processes that the program has left to end, as it does outside.
[[noreturn]] void wait_outside(pid_t init, int ending_of_program) {
  keep_only(ending_of_program);
  if (chdir("/") != 0) kill(init, SIGKILL);
  Ending told{};
  int own = 0;
  const bool is_told = read(0, &told, sizeof told) == sizeof told;
  if (!is_told || !told.leaves_something) wait_for(init, own);
  end_as(is_told ? told.status : own);
}

// True if another process is left.
bool reap_the_dead() {
  for (;;) {
    const pid_t dead = waitpid(-1, nullptr, WNOHANG);
    if (dead == 0) return true;
    if (dead < 0 && errno != EINTR) return false;
  }
}

// The end of an init kills all processes inside, so it stays for as long as there are any.
[[noreturn]] void be_init(pid_t program) {
  keep_only(ending);
  give_up_all_capabilities();
  Ending told{};
  pid_t dead;
  do dead = wait_for(-1, told.status);
  while (dead >= 0 && dead != program);
  if (dead < 0) _exit(126);
  told.leaves_something = reap_the_dead() ? 1 : 0;
  if (told.leaves_something) prctl(PR_SET_PDEATHSIG, 0);
  if (write(0, &told, sizeof told) != sizeof told) _exit(126);
  int status = 0;
  while (told.leaves_something && wait_for(-1, status) >= 0) continue;
  _exit(0);
}

bool write_to(const char* path, const char* text) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const auto length = static_cast<ssize_t>(strlen(text));
  const bool written = write(fd, text, static_cast<size_t>(length)) == length;
  close(fd);
  return written;
}

// In which the rest is allowed to everybody, who is for all else whom he was.
bool enter_user_namespace() {
  char users[64], groups[64];
  snprintf(users, sizeof users, "%u %u 1", geteuid(), geteuid());
  snprintf(groups, sizeof groups, "%u %u 1", getegid(), getegid());
  return unshare(CLONE_NEWUSER | own_namespaces) == 0 && write_to("/proc/self/setgroups", "deny") &&
         write_to("/proc/self/uid_map", users) && write_to("/proc/self/gid_map", groups);
}

// A program inside may be of the same user, and must not come through us to what we execute, have
// open or see. Until exec, for us and for who comes of us.
void hide_from_equals() { prctl(PR_SET_DUMPABLE, 0); }

// A process that died before we could ask to be told holds no end of the pipe any more.
bool is_alone() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  pollfd end{ending, 0, 0};
  return poll(&end, 1, 0) > 0 && (end.revents & POLLERR) != 0;
}

}  // namespace

bool enter_namespaces() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  if (unshare(own_namespaces) != 0) {
    if (errno != EPERM) return false;
    if (!enter_user_namespace()) {
      errno = EPERM;  // whatever was wrong with the way round
      return false;
    }
    has_user_namespace = true;
  }
  block_signals();
  const pid_t init = fork();
  if (init < 0) return false;
  if (init > 0) wait_outside(init, ends[0]);
  close(ends[0]);
  ending = ends[1];
  hide_from_equals();
  if (is_alone()) _exit(126);
  return true;
}

bool is_in_user_namespace() { return has_user_namespace; }

bool leave_init() {
  if (!give_up_privileges()) return false;
  const pid_t program = fork();
  if (program < 0) return false;
  if (program > 0) be_init(program);
  return setsid() >= 0;
}

bool enter_midst(int outside) {
  // It is in all namespaces of those inside, but for its number, and so may be looked into by its
  // equals, who they must not be.
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/ns/pid_for_children", outside);
  const auto pidfd = outside > 0 ? static_cast<int>(syscall(SYS_pidfd_open, outside, 0U)) : -1;
  const int numbers = open(path, O_RDONLY | O_CLOEXEC);
  if (pidfd < 0 || numbers < 0) {
    if (errno == ENOENT || errno == EINVAL) errno = ESRCH;
    return false;
  }
  hide_from_equals();
  constexpr int views = CLONE_NEWIPC | CLONE_NEWNS;
  if (setns(pidfd, views) != 0 && (errno != EPERM || setns(pidfd, CLONE_NEWUSER | views) != 0))
    return false;
  if (setns(numbers, CLONE_NEWPID) != 0 || !open_null_here()) return false;
  block_signals();
  const pid_t program = fork();
  if (program < 0) {
    if (errno == ENOMEM) errno = ESRCH;  // number 1 has died
    return false;
  }
  if (program > 0) {
    int status = 0;
    close_from(0);
    wait_for(program, status);
    end_as(status);
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  return give_up_privileges() && setsid() >= 0;
}

}  // namespace muster
