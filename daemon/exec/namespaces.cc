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

namespace muster {
namespace {

// Through which the init says how the program has ended, as wait() has it.
int ending = -1;

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

[[noreturn]] void wait_outside(pid_t init, int ending_of_program) {
  keep_only(ending_of_program);
  int told = 0, own = 0;
  const bool is_told = read(0, &told, sizeof told) == sizeof told;
  wait_for(init, own);
  end_as(is_told ? told : own);
}

[[noreturn]] void be_init(pid_t program) {
  keep_only(ending);
  int status = 0;
  for (;;) {
    const pid_t dead = wait_for(-1, status);
    if (dead == program && write(0, &status, sizeof status) == sizeof status) _exit(0);
    if (dead == program || dead < 0) _exit(126);
  }
}

bool write_to(const char* path, const char* text) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const auto length = static_cast<ssize_t>(strlen(text));
  const bool written = write(fd, text, static_cast<size_t>(length)) == length;
  close(fd);
  return written;
}

// In which everybody may do what the rest needs, and is for all else whom he was.
bool enter_user_namespace() {
  char users[64], groups[64];
  snprintf(users, sizeof users, "%u %u 1", geteuid(), geteuid());
  snprintf(groups, sizeof groups, "%u %u 1", getegid(), getegid());
  return unshare(CLONE_NEWUSER | CLONE_NEWPID) == 0 && write_to("/proc/self/setgroups", "deny") &&
         write_to("/proc/self/uid_map", users) && write_to("/proc/self/gid_map", groups);
}

// By number, as <linux/capability.h> has them, which is not there for every C library: what a
// program of root needs among its own. Not to mount, to make devices, to trace, to set the clock
// or the network, to open files by handle.
bool give_up_privileges() {
  constexpr int chown = 0, dac_override = 1, fowner = 3, fsetid = 4, kill = 5, setgid = 6,
                setuid = 7, setpcap = 8, net_bind_service = 10, net_raw = 13, sys_chroot = 18,
                audit_write = 29, setfcap = 31;
  constexpr uint64_t kept = 1ULL << chown | 1ULL << dac_override | 1ULL << fowner | 1ULL << fsetid |
                            1ULL << kill | 1ULL << setgid | 1ULL << setuid | 1ULL << setpcap |
                            1ULL << net_bind_service | 1ULL << net_raw | 1ULL << sys_chroot |
                            1ULL << audit_write | 1ULL << setfcap;
  for (int capability = 0; capability < 64; ++capability) {
    if ((kept >> capability & 1) != 0) continue;
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) return errno == EINVAL;
  }
  return true;
}

// Signals to the one outside are for the program, which gets them itself. A session of its own is
// one that is numbered where it is.
bool become_program() { return give_up_privileges() && setsid() >= 0; }

// Who has died before we could ask to be told holds no end of the pipe any more.
bool is_alone() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  pollfd end{ending, 0, 0};
  return poll(&end, 1, 0) > 0 && (end.revents & POLLERR) != 0;
}

}  // namespace

bool enter_namespaces() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  if (unshare(CLONE_NEWPID) != 0) {
    if (errno != EPERM) return false;
    if (!enter_user_namespace()) {
      errno = EPERM;  // whatever was wrong with the way round
      return false;
    }
  }
  block_signals();
  const pid_t init = fork();
  if (init < 0) return false;
  if (init > 0) wait_outside(init, ends[0]);
  close(ends[0]);
  ending = ends[1];
  if (is_alone()) _exit(126);
  return unshare(CLONE_NEWNS | CLONE_NEWIPC) == 0;
}

bool leave_init() {
  // Not to be looked into by the program, whom it may be equal to.
  prctl(PR_SET_DUMPABLE, 0);
  const pid_t program = fork();
  if (program < 0) return false;
  if (program > 0) be_init(program);
  return become_program();
}

bool enter_midst(int outside) {
  // The only child of the one outside is the init.
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/task/%d/children", outside, outside);
  char text[32] = "";
  const int children = open(path, O_RDONLY | O_CLOEXEC);
  const bool is_read = children >= 0 && read(children, text, sizeof text - 1) > 0;
  close(children);
  const int init = atoi(text);
  errno = is_read ? 0 : ESRCH;
  if (!is_read || init <= 0) return false;
  const auto pidfd = static_cast<int>(syscall(SYS_pidfd_open, init, 0U));
  if (pidfd < 0) return false;
  constexpr int all = CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNS;
  if (setns(pidfd, all) != 0 && (errno != EPERM || setns(pidfd, CLONE_NEWUSER | all) != 0))
    return false;
  block_signals();
  const pid_t program = fork();
  if (program < 0) return false;
  if (program > 0) {
    int status = 0;
    close_from(0);
    wait_for(program, status);
    end_as(status);
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  return become_program();
}

}  // namespace muster
