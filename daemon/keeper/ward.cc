// See ward.h.
#include "daemon/keeper/ward.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <utility>

#include "daemon/keeper/protocol.h"

namespace muster::keeper {

namespace {

constexpr uint32_t quiet_turns_starting = 60;
// The first look comes four turns after the last sign of life, the fifth one after eight.
constexpr uint32_t quiet_turns_ready = 5;
constexpr int turns_until_first_look = 4, turns_to_finish = 5, turns_to_settle = 10;

void set_variable(const char* name, int value) {
  char text[16];
  std::snprintf(text, sizeof text, "%d", value);
  setenv(name, text, 1);
}

}  // namespace

Time read_clock() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return Time(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

void complain(int fd, const char* what, int error_number) {
  const char* parts[] = {fd == STDERR_FILENO ? "muster-keeper: " : "", what, ": ",
                         std::strerror(error_number), fd == STDERR_FILENO ? "\n" : ""};
  iovec text[5];
  for (int i = 0; i < 5; ++i) text[i] = {const_cast<char*>(parts[i]), std::strlen(parts[i])};
  [[maybe_unused]] ssize_t written = writev(fd, text, 5);
}

// Between fork and exec, where allocating is allowed again. Everything above stderr closes on exec
// already; `state_` is shared with the keeper and only read.
void Ward::become_supervisor(int socket) const {
  setpgid(0, 0);  // Ctrl-C reaches the keeper alone, which hands it on
  const int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  [[maybe_unused]] ssize_t n = write(fd, state_.oom_score_adj, std::strlen(state_.oom_score_adj));
  rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = state_.soft_fd_limit;
  setrlimit(RLIMIT_NOFILE, &limit);
  // A signal that came in before setpgid is the keeper's to hand on: ignored once, it is no longer
  // pending. From a background group it must be able to write to its terminal, so SIGTTOU stays
  // ignored.
  for (int number = 1; number < NSIG; ++number) {
    signal(number, SIG_IGN);
    if (number != SIGTTOU && number != SIGTTIN) signal(number, SIG_DFL);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  fcntl(socket, F_SETFD, 0);
  set_variable(socket_variable, socket);
  set_variable(deaths_variable, static_cast<int>(state_.deaths));
  set_variable(last_end_variable, last_end_);
  unsetenv(report_variable);
  if (state_.report >= 0) {
    fcntl(state_.report, F_SETFD, 0);
    set_variable(report_variable, state_.report);
  }
  execv(command_[0], command_);
  const int error_number = errno;
  complain(state_.report >= 0 ? state_.report : STDERR_FILENO, command_[0], error_number);
  _exit(error_number == ENOENT ? 127 : 126);
}

void Ward::start(Time now) {
  int ends[2] = {-1, -1};
  pid_t pid = -1;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0) pid = fork();
  if (pid == 0) become_supervisor(ends[1]);
  close(ends[1]);
  const int pidfd = pid < 0 ? -1 : static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (pidfd < 0) {  // too many processes, descriptors or too little memory: later, perhaps
    if (pid > 0) {
      kill(pid, SIGKILL);
      waitpid(pid, nullptr, 0);
    }
    close(ends[0]);
    return wait_to_start(now);
  }
  state_.phase = Phase::starting;
  state_.pid = pid;
  state_.pidfd = pidfd;
  state_.socket = ends[0];
  state_.quiet_turns = 0;
  state_.deadline = now + pace_.turn;
}

void Ward::adopt(int socket, pid_t pid) {
  state_.pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (state_.pidfd < 0) return;  // dead already, and the first one of our own starts at once
  state_.phase = Phase::ready;
  state_.pid = pid;
  state_.socket = socket;
  state_.ever_ready = true;
  on_alive(read_clock());
}

void Ward::on_ready(Time now) {
  state_.ever_ready = true;
  if (state_.phase != Phase::starting) return;
  state_.phase = Phase::ready;
  state_.ready_since = now;
  on_alive(now);
  for (int number = 1; number < NSIG; ++number)
    if (state_.signals & uint64_t{1} << (number - 1)) send_signal(number);
  state_.signals = 0;
}

void Ward::on_alive(Time now) {
  if (state_.phase != Phase::ready && state_.phase != Phase::starting) return;
  state_.quiet_turns = 0;
  state_.deadline = now + pace_.turn * (state_.phase == Phase::ready ? turns_until_first_look : 1);
}

void Ward::on_finish(Time now, int32_t status) {
  state_.exit_status = status & 0xff;
  if (state_.phase == Phase::none) return;
  state_.phase = Phase::ending;
  state_.deadline = now + pace_.turn * turns_to_finish;
}

void Ward::on_deadline(Time now) {
  state_.deadline = now + pace_.turn;
  switch (state_.phase) {
    case Phase::none:
      return start(now);
    case Phase::starting:
    case Phase::ready:
      if (++state_.quiet_turns <
          (state_.phase == Phase::ready ? quiet_turns_ready : quiet_turns_starting))
        return;
      send_signal(SIGABRT);
      state_.phase = Phase::ending;
      return;
    case Phase::ending:
      send_signal(SIGKILL);
      state_.deadline = never;
  }
}

void Ward::close_socket() { close(std::exchange(state_.socket, -1)); }

int Ward::reap() {
  siginfo_t info{};
  waitid(P_PIDFD, static_cast<id_t>(state_.pidfd), &info, WEXITED);  // fails for an adopted one
  close(std::exchange(state_.pidfd, -1));
  state_.pid = 0;
  state_.phase = Phase::none;
  return last_end_ = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

bool Ward::plan_next(Time now, int status, bool nothing_to_lose) {
  if (state_.exit_status < 0 && !state_.ever_ready && !state_.planned_end && nothing_to_lose)
    state_.exit_status = status;
  if (state_.exit_status >= 0) return false;
  const bool settled =
      state_.ready_since != Time(0) && now - state_.ready_since >= pace_.turn * turns_to_settle;
  if (settled || state_.planned_end) state_.deaths = 0;
  state_.ready_since = Time(0);
  state_.deadline = now;
  if (!std::exchange(state_.planned_end, false)) wait_to_start(now);
  return true;
}

void Ward::wait_to_start(Time now) {
  state_.deadline = now + std::min(restart_delay(state_.deaths), pace_.longest_delay);
  ++state_.deaths;
}

void Ward::hand_on(int signal) {
  if (state_.phase == Phase::ready)
    send_signal(signal);
  else
    state_.signals |= uint64_t{1} << (signal - 1);
}

void Ward::send_signal(int signal) const {
  if (state_.pidfd >= 0) syscall(SYS_pidfd_send_signal, state_.pidfd, signal, nullptr, 0);
}

}  // namespace muster::keeper
