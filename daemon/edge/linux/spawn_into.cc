// See spawn_into.h. The child runs on a stack of its own in our memory while this thread waits for
// its exec. The C library has no call for that with clone3, so it is made here, by hand; and as
// nothing of ours may notice it, the child makes system calls only.
#include "daemon/edge/linux/spawn_into.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <cstdint>

namespace muster {
namespace {

struct Start {
  const char* path;
  char* const* argv;
  char* const* environment;
  std::span<const int> stdio;
  int error = 0;  // of the child
};

constexpr size_t stack_size = 16 << 10;  // the child uses a few hundred bytes of it

// Each of these would see a second thread in its memory that it does not know.
#define MUSTER_NOT_SANITIZED __attribute__((no_sanitize("address", "undefined", "thread")))

// The kernel's, where nothing is blocked: it has one bit for each signal.
constexpr unsigned long no_signals = 0;

MUSTER_NOT_SANITIZED bool prepare(const Start& start) {
  if (syscall(SYS_setsid) < 0) return false;
  for (size_t target = 0; target < start.stdio.size(); ++target) {
    const int fd = start.stdio.data()[target];
    const int number = static_cast<int>(target);
    if (fd == number ? syscall(SYS_fcntl, fd, F_SETFD, 0) < 0
                     : syscall(SYS_dup3, fd, number, 0) < 0)
      return false;
  }
  return syscall(SYS_rt_sigprocmask, SIG_SETMASK, &no_signals, nullptr, sizeof no_signals) == 0;
}

MUSTER_NOT_SANITIZED void run_child(void* context) {
  Start& start = *static_cast<Start*>(context);
  if (prepare(start)) syscall(SYS_execve, start.path, start.argv, start.environment);
  start.error = errno;
  for (;;) syscall(SYS_exit, 127);
}

// The pid, or an error number below 0. In the child, whose stack is empty, `child` is called.
long clone_calling(clone_args& arguments, void (*child)(void*), void* context) {
#if defined(__x86_64__)
  long result = SYS_clone3;
  asm volatile(
      "syscall\n\t"
      "test %%rax, %%rax\n\t"
      "jnz 1f\n\t"
      "xor %%ebp, %%ebp\n\t"
      "mov %[context], %%rdi\n\t"
      "call *%[child]\n\t"
      "ud2\n"
      "1:"
      : "+a"(result)
      : "D"(&arguments), "S"(sizeof arguments), [child] "r"(child), [context] "r"(context)
      : "rcx", "r11", "cc", "memory");
  return result;
#elif defined(__aarch64__)
  register long x8 asm("x8") = SYS_clone3;
  register long x0 asm("x0") = reinterpret_cast<long>(&arguments);
  register long x1 asm("x1") = sizeof arguments;
  asm volatile(
      "svc #0\n\t"
      "cbnz x0, 1f\n\t"
      "mov x29, #0\n\t"
      "mov x0, %[context]\n\t"
      "blr %[child]\n\t"
      "brk #1\n"
      "1:"
      : "+r"(x0)
      : "r"(x8), "r"(x1), [child] "r"(child), [context] "r"(context)
      : "x30", "cc", "memory");
  return x0;
#else
  static_cast<void>(arguments), static_cast<void>(child), static_cast<void>(context);
  return -ENOSYS;
#endif
}

}  // namespace

int spawn_into(int cgroup, const char* path, char* const* argv, char* const* environment,
               std::span<const int> stdio, pid_t& pid) {
  Start start{path, argv, environment, stdio};
  alignas(16) char stack[stack_size];
  clone_args arguments{};
  arguments.flags = CLONE_VM | CLONE_VFORK | CLONE_CLEAR_SIGHAND | CLONE_INTO_CGROUP;
  arguments.exit_signal = SIGCHLD;
  arguments.stack = reinterpret_cast<uint64_t>(stack);
  arguments.stack_size = sizeof stack;
  arguments.cgroup = static_cast<uint64_t>(cgroup);

  // None of our handlers may run in the child.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const long result = clone_calling(arguments, run_child, &start);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (result < 0) return static_cast<int>(-result);
  pid = static_cast<pid_t>(result);
  if (start.error != 0) waitpid(pid, nullptr, 0);
  return start.error;
}

}  // namespace muster
