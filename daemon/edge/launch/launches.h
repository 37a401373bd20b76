// Every launch that is under way: starts it, or takes it over from an earlier supervisor, watches
// it, signals it, and tells the core what became of it: Launched or LaunchFailed, then Exited, then
// Gone. The core is never told a thing twice, whichever side told it. Decides nothing.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/uv/loop.h"
#include "base/uv/signal_watch.h"
#include "base/uv/timer.h"
#include "base/uv/turn.h"
#include "daemon/edge/launch/asking.h"
#include "daemon/edge/launch/copy_memory.h"
#include "daemon/edge/launch/fd_store.h"
#include "daemon/edge/launch/launch_cgroups.h"
#include "daemon/edge/launch/output.h"
#include "daemon/edge/launch/probe.h"
#include "daemon/edge/launch/process_tree.h"
#include "daemon/edge/launch/spawner.h"
#include "daemon/edge/linux/cgroup.h"

namespace muster {

//   queued -> starting -> running -> exited -> draining -> over
//                 |                  (leader    (tree      (erased)
//                 +-> over            dead)      empty)
//
// Callbacks only note that something has changed. The sweep, in a turn of the loop of its own,
// looks at everything, moves launches on, and hands out events when it is done: so that a receiver
// may call back at once, and nothing is destroyed in its own callback.
class Launches {
 public:
  // `log` gets what launches print, `attached` that of attached ones; both must outlive this, as
  // must `store` and `asking_kept`.
  Launches(Loop& loop, ProcessTree tree, LaunchCgroups cgroups, Spawner spawner, FdStore& store,
           AskingKept& asking_kept, Output& log, Output& attached, std::function<void(Event)> sink);

  // Soon, in the order of the calls; a burst is spread over turns. A resumed one that was started
  // is taken over at once.
  void start(Launch launch);
  // Once; SIGKILL again and again until none is left. Which processes a signal with `leader_first`
  // goes to at once is said in stop_order.h; no process gets a signal that is to end it twice, over
  // any number of supervisors. From a signal that is to end it, as SIGTERM and SIGKILL always are,
  // a slow reader of its output is waited for no more.
  void kill(const Kill& kill);
  void kill(LaunchId launch, int signal) { kill({launch, signal, false}); }

  // To be called by an Output: the end of a launch's streams was reached.
  void output_changed() { sweep_.on(); }

  // The same where no client can write to the launch any more: so its end is not to be held up.
  void input_ended(LaunchId launch);

  // There is a new keeper: all that the old one kept is deposited again.
  void keeper_changed(pid_t keeper);

  bool empty() const { return running_.empty(); }
  // All others are over: ends what an earlier supervisor has left of them.
  void keep_only(const std::set<LaunchId>& launches) { cgroups_.end_all_but(launches); }
  // Removes the empty cgroups of earlier runs, whose names begin so.
  void remove_left(std::string_view prefix) const { cgroups_.remove_left(prefix); }
  // When no launch is left and none will follow: ends the processes that got away from all of them.
  void end_orphans();
  // For callers that want to know more about a launch's processes. As of this turn of the loop.
  std::vector<ProcessEntry> members(LaunchId launch);
  // The resources that its processes use at this moment, and have used; zero if it is over.
  struct Usage {
    Nanos cpu{};
    uint64_t memory_bytes = 0;
  };
  Usage usage(LaunchId launch);
  // Whether a signal has stopped its leader or a child of it, until another one lets it go on.
  // Asking again and again costs a tenth of the time: then it may be a moment ago.
  bool is_stopped(LaunchId launch);
  // The processes of which this is so.
  std::vector<std::string> stopped();
  std::optional<std::string> why_no_limits(const Quotas& quotas) {
    return cgroups_.why_no_limits(quotas);
  }
  // As MemoryWatch wants it.
  std::optional<uint64_t> times_out_of_memory(LaunchId launch) const;
  // The launch that a process belongs to, if it is still there.
  // By its cgroup, which it cannot choose; then by its parents.
  std::optional<LaunchId> owner(pid_t pid) const;
  // For a command that is to stand beside them; it fails, if the launch is over.
  Whereabouts whereabouts(LaunchId launch) const;

 private:
  enum class Phase : uint8_t { queued, starting, running, exited, draining, over };
  struct Running {
    Launch launch;
    Output* output = nullptr;
    Phase phase = Phase::queued;
    std::unique_ptr<Child> child;
    std::optional<Cgroup> cgroup;  // that it was started in; the child, if that could be done
    std::vector<Cgroup> limits;    // others that limit it
    std::optional<CgroupWatch> cgroup_watch;  // exited: tells when no process is left
    bool contained = false;  // exited: the leader was in it to its end, and so are its survivors
    std::vector<Kill> early_signals;  // for when it has been started
    std::optional<Asking> asking;     // to end
    // The moment to kill again what is left, and how long to wait after that.
    std::optional<MonoTime> kill_again;
    Nanos kill_pause{};
    MonoTime empty_since{};    // draining: since when no process is left
    bool released = false;     // its exit was told, so that its pid may go
    bool told_to_end = false;  // so a slow reader of its output is not waited for
  };
  void on_death();
  void keep(const Running& running);
  void sweep();
  void deliver();
  void spawn_queued(MonoTime now);
  void spawn(Running& running);
  StartResult<Containment> contain(Running& running);
  StartResult<void> give_memory(Launch& launch);
  void fail_start(Running& running, StartFailure failure);
  void finish_starts();
  void find_survivors(MonoTime now);
  void look_for_survivors(Running& running, const std::set<LaunchId>& by_tree, MonoTime now);
  static MonoTime drained_by(const Running& running);
  void finish_drained(MonoTime now);
  void ask(Running& running, int signal);
  void tell_rest(Running& running, const std::vector<ProcessEntry>& everybody, int signal);
  void signal_once(Running& running, const std::vector<ProcessEntry>& processes, pid_t group);
  void tell_those_who_wait();
  static bool has_stopped(const Running& running);
  static bool somebody_asked_lives(const Running& running);
  void kill_again(MonoTime now);
  void plan_next_sweep();
  static bool waits_for_survivors(const Running& running);
  bool take_over(Running& running);
  void release_exited();
  void erase_over();

  Loop& loop_;
  ProcessTree tree_;
  LaunchCgroups cgroups_;
  Spawner spawner_;
  FdStore& store_;
  AskingKept& asking_kept_;
  Output &log_, &attached_;
  std::function<void(Event)> sink_;
  CopyMemory copies_;
  std::map<LaunchId, Running> running_;
  std::set<LaunchId> stopped_;
  MonoTime stopped_until_;  // these are good enough an answer until then
  std::vector<LaunchId> queue_;
  std::vector<Event> events_;
  bool deaths_ = false;  // since survivors were looked for
  // When to look for survivors: after a death not before the first, without one at the second.
  MonoTime look_from_{}, look_again_{};
  Idle sweep_;
  Timer later_;
  SignalWatch child_signal_;
};

}  // namespace muster
