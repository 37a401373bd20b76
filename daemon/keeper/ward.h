// The supervisor as a process: started, watched, ended, and started again once it is surely dead.
// Not what it says: messages are taken elsewhere and come here as events. No text, no allocation.
// Its state is plain memory, so that the keeper that replaces this one goes on where this one was.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>

namespace muster::keeper {

using Time = std::chrono::milliseconds;  // of the clock that stands still while the machine sleeps
inline constexpr Time never = Time::max();
Time read_clock();

// For tests: the watchdog's limit of 8 s, of which a turn is an eighth, and the longest delay.
inline constexpr char watchdog_variable[] = "MUSTER_WATCHDOG_MS";
inline constexpr char restart_variable[] = "MUSTER_RESTART_MS";
struct Pace {
  Time turn{1000};
  Time longest_delay{5000};
};

// Before the supervisor is started again, when so many have died in a row before.
constexpr Time restart_delay(uint32_t deaths) {
  constexpr Time delays[] = {Time(0), Time(10), Time(100), Time(1000), Time(5000)};
  return delays[deaths < 4 ? deaths : 4];
}

enum class Phase : uint32_t {
  none,      // it is dead; started at the deadline
  starting,  // looked at once a turn
  ready,     // looked at once a turn when nothing was heard for four
  ending,    // told to end, or said that it will; killed at the deadline
};

struct WardState {
  Phase phase = Phase::none;
  pid_t pid = 0;
  int pidfd = -1, socket = -1;
  int report = -1;  // where a first supervisor says that it is ready, or why it is not
  bool ever_ready = false;
  bool planned_end = false;  // its next death is an upgrade
  int32_t exit_status = -1;  // what the keeper exits with once it is dead; -1: starts the next
  // In a row; and the turns in which the keeper could look and had heard nothing.
  uint32_t deaths = 0, quiet_turns = 0;
  uint64_t signals = 0;  // a bit for each that waits for a supervisor that is ready
  Time deadline{0}, ready_since{0};
  rlim_t soft_fd_limit = 0;  // the supervisor's and the programs': the keeper's own is raised
  char oom_score_adj[8] = {};
};

class Ward {
 public:
  Ward(WardState& state, const Pace& pace, char** command)
      : state_(state), pace_(pace), command_(command) {}

  void adopt(int socket, pid_t pid);
  void on_ready(Time now);
  void on_alive(Time now);
  void on_finish(Time now, int32_t status);
  void on_deadline(Time now);
  void close_socket();
  // Buries it: after this it is known to be dead, and what it left in the socket can be taken.
  int reap();
  // Then decides: false if the keeper shall exit with `exit_status`.
  bool plan_next(Time now, int status, bool nothing_to_lose);

  void hand_on(int signal);  // now, or as soon as one is ready
  void send_signal(int signal) const;

 private:
  void start(Time now);
  [[noreturn]] void become_supervisor(int socket) const;
  void wait_to_start(Time now);

  WardState& state_;
  const Pace pace_;
  char** const command_;
  int last_end_ = -1;  // as a shell reports it; -1, or 128: not known
};

// Says a line that cannot be said to a supervisor: to the process that waits for the report, else
// to stderr.
void complain(int fd, const char* what, int error_number);

}  // namespace muster::keeper
