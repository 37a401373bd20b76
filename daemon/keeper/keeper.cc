// See keeper.h.
#include "daemon/keeper/keeper.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace muster::keeper {

namespace {

constexpr int messages_per_turn = 1024;  // then signals and the dead have their turn
constexpr int fd_reserve = 8;            // without them no supervisor could be started

}  // namespace

Keeper::Keeper(Kept& kept, int table, const Pace& pace, char** command, char** continuing)
    : kept_(kept),
      table_(table),
      continuing_(continuing),
      deposits_(kept.deposits),
      ward_(kept.ward, pace, command),
      fd_limit_(getdtablesize()) {}

int Keeper::run(int signals) {
  for (;;) {
    const short wanted = kept_.is_listing ? POLLIN | POLLOUT : POLLIN;
    service_.give_sign(now_);
    const Time due = std::min(kept_.ward.deadline, service_.next_sign());
    const Time wait = std::max(due - now_, Time(0));
    const timespec timeout{wait.count() / 1000, wait.count() % 1000 * 1000000};
    pollfd polled[] = {
        {signals, POLLIN, 0}, {kept_.ward.socket, wanted, 0}, {kept_.ward.pidfd, POLLIN, 0}};
    ppoll(polled, 3, due == never ? nullptr : &timeout, nullptr);
    now_ = read_clock();
    take_signals(signals);
    if (polled[2].revents != 0 && !bury()) return kept_.ward.exit_status;
    for (int i = 0; i < messages_per_turn && take_message(); ++i) {
    }
    if (now_ >= kept_.ward.deadline) ward_.on_deadline(now_);
    list();
    reap_orphans();
    if (upgrade_asked_) upgrade();
  }
}

bool Keeper::take_message() {
  if (kept_.ward.socket < 0) return false;
  Parcel parcel{};
  const Receipt receipt = receive(kept_.ward.socket, parcel, MSG_DONTWAIT);
  if (receipt == Receipt::message) on_message(parcel);
  // It has died, or will be ended for saying nothing any more.
  if (receipt == Receipt::closed) ward_.close_socket();
  return receipt == Receipt::message;
}

// The kernel gives out the lowest number that is free.
void Keeper::put(Parcel& parcel) {
  uint32_t& count = parcel.message.fd_count;
  if (count > 0 && parcel.fds[count - 1] >= fd_limit_ - fd_reserve) {
    close_all(parcel.fds, count);
    parcel.fds_lost = std::exchange(count, 0);
  }
  deposits_.put(parcel);
}

void Keeper::on_message(Parcel& parcel) {
  const Message& message = parcel.message;
  if (message.verb == Verb::deposit) return put(parcel);
  close_all(parcel.fds, message.fd_count);
  switch (message.verb) {
    case Verb::set_pid:
      return deposits_.set_pid(message.kind, message.key, message.pid);
    case Verb::forget:
      if (pid_t pid = deposits_.forget(message.kind, message.key); !deposits_.has_pid(pid))
        if (pid > 0) waitpid(pid, nullptr, WNOHANG);
      return;
    case Verb::list:
      kept_.is_listing = true;
      kept_.listing = 0;
      return;
    case Verb::ready:
      return on_ready();
    case Verb::alive:
      return ward_.on_alive(now_);
    case Verb::finish:
      return ward_.on_finish(now_, message.value);
    case Verb::tell:
      if (message.note[note_bytes - 1] == 0) service_.tell(message.note);
      return;
    case Verb::upgrade:
      kept_.ward.planned_end = upgrade_asked_ = true;
      return;
    default:
      return;
  }
}

void Keeper::on_ready() {
  ward_.on_ready(now_);
  if (kept_.ward.report >= 0) {
    close(std::exchange(kept_.ward.report, -1));
    if (int null = open("/dev/null", O_WRONLY | O_CLOEXEC); null >= 0) {
      dup2(null, STDERR_FILENO);
      close(null);
    }
  }
  say_ready();
}

void Keeper::adopt(int socket, pid_t supervisor) {
  ward_.adopt(socket, supervisor);
  say_ready();
}

// A service manager that heard nothing of a new main process would end everything.
void Keeper::say_ready() const {
  char text[64];
  std::snprintf(text, sizeof text, "READY=1\nMAINPID=%d\nSTATUS=Ready.", getpid());
  service_.tell(text);
}

void Keeper::take_signals(int signals) {
  signalfd_siginfo info;
  while (read(signals, &info, sizeof info) == sizeof info) {
    const int number = static_cast<int>(info.ssi_signo);
    if (number == SIGCHLD) continue;  // the dead are looked for in every turn
    if (number == SIGTERM || number == SIGINT || number == SIGQUIT) service_.tell("STOPPING=1");
    if (number == SIGTSTP)
      suspend();
    else
      ward_.hand_on(number);
  }
}

// Ctrl-Z: the supervisor stops too, and goes on when this process does; at once if this one is not
// a job that can be stopped.
void Keeper::suspend() {
  ward_.send_signal(SIGTSTP);
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTSTP);
  raise(SIGTSTP);
  sigprocmask(SIG_UNBLOCK, &stop, nullptr);  // stands still here
  sigprocmask(SIG_BLOCK, &stop, nullptr);
  ward_.send_signal(SIGCONT);
  ward_.on_alive(read_clock());
}

void Keeper::list() {
  while (kept_.is_listing) {
    uint32_t place = kept_.listing;
    const Deposit* deposit = deposits_.next(place);
    const Message end{.verb = Verb::end, .value = static_cast<int32_t>(deposits_.refused())};
    const int error = deposit ? send(kept_.ward.socket, deposit->item, deposit->fds, MSG_DONTWAIT)
                              : send(kept_.ward.socket, end, nullptr, MSG_DONTWAIT);
    // Too much is under way: on as soon as the supervisor has taken some of it.
    if (error == EAGAIN || error == ETOOMANYREFS || error == ENOMEM || error == ENOBUFS) return;
    kept_.listing = place;
    kept_.is_listing = error == 0 && deposit;
  }
}

// First it is surely dead, then what it had sent is taken, to the last message, then the next is
// planned.
bool Keeper::bury() {
  const int status = ward_.reap();
  while (take_message()) {
  }
  if (kept_.ward.socket >= 0) ward_.close_socket();
  kept_.is_listing = false;
  return ward_.plan_next(now_, status, deposits_.is_only_a_lock());
}

// Not before a supervisor is ready: a launch may have been started of which only the next one
// finds out. A deposited process is the supervisor's to ask for; nothing is seen behind it until
// it is forgotten, since the kernel names the same one first.
void Keeper::reap_orphans() {
  const bool finishing = kept_.ward.exit_status >= 0;
  if (kept_.ward.phase != Phase::ready && !finishing) return;
  for (siginfo_t dead{}; waitid(P_ALL, 0, &dead, WEXITED | WNOHANG | WNOWAIT) == 0;) {
    if (dead.si_pid == 0 || dead.si_pid == kept_.ward.pid) return;
    if (deposits_.has_pid(dead.si_pid) && !finishing) return;
    waitpid(dead.si_pid, nullptr, WNOHANG);
    dead.si_pid = 0;
  }
}

void Keeper::pass_on(bool on) const {
  deposits_.close_on_exec(!on);
  for (int fd : {table_, kept_.ward.socket, kept_.ward.pidfd, kept_.ward.report})
    if (fd >= 0) fcntl(fd, F_SETFD, on ? 0 : FD_CLOEXEC);
}

// Where that fails, everything goes on as it is. It is not said: writing to a terminal may block.
void Keeper::upgrade() {
  upgrade_asked_ = false;
  pass_on(true);
  execv(continuing_[0], continuing_);
  pass_on(false);
}

}  // namespace muster::keeper
