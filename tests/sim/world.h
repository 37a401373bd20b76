// A small world in place of the edges: trees of processes that start late or not at all, listen,
// crash, ignore signals and leave others behind. It carries actions out and hands back what the
// edges would tell the core. It keeps the edges' promises (Launched before Exited before Gone, each
// once) and no others: everything comes late, and in any order between launches.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "daemon/core/action.h"
#include "rng.h"

namespace muster::sim {

// A launch as it really is.
struct Tree {
  ProcessName name;
  bool executed = false;  // its exec has succeeded
  bool failed = false;    // or has not: there is nothing to wait for
  int64_t pid = 0;
  MonoTime begin_told{};  // no exit is told before
  bool leader_alive = true;
  unsigned children = 0;  // alive, besides the leader
  ExitStatus exit;
  bool exit_told = false;
  bool gone_coming = false;
  // Its character.
  bool ignores_signals = false;  // all but SIGKILL
  bool children_ignore_signals = false;
  bool leaves_children = false;  // they outlive it
  int remembered_signal = 0;     // came before the exec
  uint64_t out_of_memory = 0;    // ended by the kernel for that
};

class World {
 public:
  explicit World(Rng& rng) : rng_(rng) {}

  void carry_out(const Action& action, MonoTime now);
  // When something happens next of its own accord, if ever.
  std::optional<MonoTime> next() const;
  // Lets that happen. Often it is nothing that anybody is told.
  std::optional<Event> happen();

  // The news of this event is kept by the core, and is not asked for again.
  void told(const Event& event);
  // The program around the core has died: whatever was on its way to the core is lost. Every launch
  // will be resumed.
  void lose_supervisor();

  // The model that is found when the files are read again; there is no error in them.
  void set_model(std::optional<AppModel> model) { model_ = std::move(model); }
  // From now on nothing goes wrong that has not gone wrong already.
  void calm_down();
  // Launches of which the core has not been told that they are over.
  const std::map<LaunchId, Tree>& trees() const { return trees_; }
  // As they are on the disk.
  const Releases& releases() const { return releases_; }

 private:
  using Happening = std::function<std::optional<Event>()>;

  void schedule(Nanos delay, Happening happening);
  // The same for what is lost with the supervisor that was to be told.
  void schedule_telling(Nanos delay, Happening happening);
  void launch(const Launch& launch);
  void resume(const Launch& launch);
  void tell_exit(LaunchId id, Nanos delay);
  std::optional<Event> execute(LaunchId id, bool fails);
  void read(const ReadModel& wanted);
  void keep(const KeepReleases& wanted);
  void become_ready(const AwaitReady& wanted);
  void watch_over(const WatchOver& wanted);
  void speak(LaunchId id);
  void speak_in_calm(LaunchId id);
  void run_out_of_memory(LaunchId id);
  void signal(const Kill& wanted);
  void deliver(LaunchId id, Tree& tree, int number, bool leader_first);
  void end_leader(LaunchId id, ExitStatus status);
  void end_children(LaunchId id);
  void tell_gone_if_empty(LaunchId id, Tree& tree);
  Tree* find(LaunchId id);
  Nanos soon() { return rng_.percent(90) ? rng_.up_to(20ms) : rng_.up_to(3s); }

  Rng& rng_;
  MonoTime now_{};
  std::multimap<MonoTime, Happening> coming_;
  std::map<LaunchId, Tree> trees_;
  std::optional<AppModel> model_;
  Releases releases_;
  bool calm_ = false;
  uint64_t supervisor_ = 0;  // which one
  int64_t next_pid_ = 1000;
};

}  // namespace muster::sim
