// The life of one process as a table: every state against every event gives the next state and
// the effect to carry out. Only the table; the driver carries the effects out. No booleans beside
// it: the state says what is alive, the wish says what is wanted once nothing is.
#pragma once

#include <cstdint>
#include <string_view>

namespace muster {

//        start         what it needs is there
//   down ------> waiting --.
//                          |                        exec, and it listens
//                     starting --------------------------> up
//                     |   stop, restart, or it exits     |
//                     |---------------------------------'
//                     |  others alive: SIGTERM           the grace is over: SIGKILL
//                     +-------------------> stopping -----------------------> killing
//                     |  nothing alive         |  nothing alive                  |
//                     v                        v                                 |
//                  draining <------------------+---------------------------------'
//                     |
//                     |  gone: as the wish says
//         .-----------+-----------.
//   rest  v      run  v  restart  v
//       down       crashed     waiting
//                     |  the back-off is over          (often enough: failed)
//                     v
//                  waiting
//
// A process that ends by itself goes this way too, with the wish still at `run`: so nothing is
// launched beside what an earlier launch has left.
enum class ProcessState : uint8_t {
  down,      // nothing is left and nothing is wanted
  waiting,   // nothing is left; to be launched when what it needs is there, which may be at once
  starting,  // launched, not up yet
  up,
  stopping,  // its tree has been told to end, the grace is running
  killing,   // SIGKILL has been sent
  draining,  // nothing is alive; what it printed is still being read
  crashed,   // nothing is left; waits for its back-off
  complete,  // it is over as it should be; a one-off leaves the table at once
  failed,    // nothing is left, and nothing more is tried until a client asks for it
};
inline constexpr ProcessState process_states[] = {
    ProcessState::down,     ProcessState::waiting, ProcessState::starting, ProcessState::up,
    ProcessState::stopping, ProcessState::killing, ProcessState::draining, ProcessState::crashed,
    ProcessState::complete, ProcessState::failed};

// The wish for a process once nothing is left of it.
enum class Wish : uint8_t {
  run,      // run it: so if it ends by itself, that is a crash and the back-off applies
  rest,     // leave it down
  restart,  // launch it again, without any back-off
  finish,   // it has ended by itself, and that was what it was for
};

// In a restart that goes through a type one process after the other.
enum class Turn : uint8_t {
  none,
  waiting,  // to be restarted when those before it are up
  taken,    // is being restarted: until it is up, no other's turn comes
};
inline constexpr Turn turns[] = {Turn::none, Turn::waiting, Turn::taken};
std::string_view name_of(Turn turn);

inline constexpr Wish wishes[] = {Wish::run, Wish::rest, Wish::restart, Wish::finish};
std::string_view name_of(Wish wish);
std::string_view name_of(ProcessState state);

enum class LifeEvent : uint8_t {
  start,
  stop,
  restart,
  kill,       // do not wait for the grace
  hang_up,    // the client of an attached one-off has gone
  launched,   // exec has succeeded
  failed,     // the launch has failed, nothing is alive
  ready,      // it counts as up: it listens, or its type has no port to wait for
  exited,     // its first process has exited, and it was the last
  abandoned,  // its first process has exited and has left others of its tree alive
  gone,       // nothing of the launch is alive
  deadline,   // what was armed in this state has run out
  give_up,    // it has crashed often enough
  hung,       // it was not ready in time
  met,        // what it needs is there
};
inline constexpr LifeEvent life_events[] = {
    LifeEvent::start,   LifeEvent::stop,      LifeEvent::restart, LifeEvent::kill,
    LifeEvent::hang_up, LifeEvent::launched,  LifeEvent::failed,  LifeEvent::ready,
    LifeEvent::exited,  LifeEvent::abandoned, LifeEvent::gone,    LifeEvent::deadline,
    LifeEvent::give_up, LifeEvent::hung,      LifeEvent::met};

enum class Effect : uint8_t {
  none,
  never,            // cannot happen: a bug in the core or an edge
  prepare,          // the wish is run: launch it as soon as what it needs is there
  prepare_afresh,   // the same, and earlier crashes are forgotten
  launch,           // launch it
  await_ready,      // wait for what shows that it is up
  end_boot,         // that took long enough: it is up, or R10
  kill_hung,        // SIGKILL; then it has crashed
  run_out,          // it was hung up on, has been silent for too long, or is old
  terminate,        // its stop signal (SIGTERM), to its leader first, grace; then it rests
  tell_rest,        // the same to the rest of its tree, for its leader has ended
  end_grace,        // the same, for half the grace is over; or all of it is: see escalate
  terminate_again,  // the same; then it is launched again
  drain,            // it has ended
  sweep,            // it ended by itself: the stop signal to what is left of its tree, grace
  wish_rest,        // it is on its way down: leave it there
  wish_restart,     // it is on its way down: launch it again
  stop_reading,     // the same, and no slow reader is to hold it up
  repeat_signal,    // it came to life after it had been told to end: tell it again
  escalate,         // R12, SIGKILL
  kill,             // SIGKILL
  kill_again,       // it outlives SIGKILL: once more, and say so
  hang_up,          // SIGHUP; SIGTERM after the grace
  settle,           // nothing is left: on as `settled` says
  back_off,         // launch it when its back-off is over, which may be now, if at all
  give_up,          // say so
  retire,           // it rests; out of the table with it unless the formation has it
};

struct Cell {
  ProcessState next;
  Effect effect;
  bool operator==(const Cell&) const = default;
};

Cell cell(ProcessState state, LifeEvent event);

// Where a process goes when nothing of it is left.
Cell settled(Wish wish, bool one_off);

// The state as people see it. A process that ended by itself is crashed (a one-off: complete) from
// the exit on, also while the rest of its tree is being ended.
std::string_view public_name(ProcessState state, Wish wish, bool one_off);

std::string_view name_of(LifeEvent event);

}  // namespace muster
