// The heart: turns (state, event, now) into actions. Knows no clock, file, socket, process or
// library, so the same code runs in the daemon and in the simulator. Keeps: never two launches of
// one process at once; what is wished is reached once faults stop.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/action.h"
#include "daemon/core/note.h"
#include "daemon/core/releases.h"

namespace muster {

struct CoreOptions {
  uint32_t base_port = 5000;
  Nanos stop_grace = 10s;    // SIGTERM to SIGKILL, where muster.toml says no other
  Nanos kill_patience = 5s;  // SIGKILL to the next one; doubles from there
  Nanos boot_timeout = 60s;  // launch to "R10" for type web
  // A new release is on trial for so long: enough for a program that cannot work to end.
  Nanos probation = 2s;
  Nanos backoff_base = 10s;  // second crash in a row; doubles from there
  Nanos backoff_cap = 10min;
  Nanos backoff_reset = 10min;  // up for so long: crashes are forgotten
  // The settings of a process where muster.toml says nothing; grace and backoff are above.
  Usual usual = {};
  LaunchId first_launch = 1;  // higher than any that an earlier daemon gave out
  uint64_t model_number = 1;  // of the model that the core begins with
  // This daemon was started by hand: where it finds a shutdown that is half done, that is finished
  // with whatever is ending, and all of the formation is launched; and what was due while no
  // daemon was there is not made up for.
  bool starts_anew = false;
  // The process type whose first process that ends by itself ends the app, with its status.
  std::optional<std::string> exit_on = {};
};

class Core {
 public:
  // `wish` may name types that the model lacks (dropped) and lack types that it has (they get 0).
  // The model is that of the current one of the `releases`.
  Core(AppModel model, const FormationCounts& wish, const CoreOptions& options,
       Releases releases = {});
  ~Core();

  // To be called once, first: launches what is wished.
  std::vector<Action> start(Now now);
  // Or this: goes on where another core stopped.
  std::vector<Action> resume(const Memory& memory, Now now);
  std::vector<Action> handle(Event event, Now now);
  // The notes to be kept before the actions of the last call are carried out; nothing if they
  // change nothing that matters.
  std::optional<Note> take_note(const std::vector<Action>& actions);
  // The model that is in force. The number grows whenever the files or a release have changed it,
  // so that notes can tell which one they were made with.
  const AppModel& model() const;
  uint64_t model_number() const;
  const Release& release() const;
  // When `Tick` is due, if ever.
  std::optional<MonoTime> next_deadline() const;
  // It has been told to shut down.
  bool is_ending() const;
  // Whether it is of any interest here that this client has gone.
  bool knows(const ClientId& client) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
  DaemonNote noted_;
};

}  // namespace muster
