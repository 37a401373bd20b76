// See processes.h.
#include "daemon/edge/launch/launches.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>
#include <algorithm>
#include <utility>

#include "base/killpoint.h"
#include "daemon/edge/linux/machine.h"

namespace muster {
namespace {

// Survivors whose end is not told to us, because a tracer or the like is their parent.
constexpr Nanos survivors_recheck = 1s;
// The time that a launch that was told to end may still take to hand over what it printed.
constexpr Nanos patience_with_the_ended = 1s;

// The time that this thread has worked so far; time in which others had the processor does not
// count.
Nanos worked() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + Nanos(time.tv_nsec);
}

}  // namespace

Launches::Launches(Loop& loop, ProcessTree tree, LaunchCgroups cgroups, Spawner spawner,
                   FdStore& store, AskingKept& asking_kept, Output& log, Output& attached,
                   std::function<void(Event)> sink)
    : loop_(loop),
      tree_(std::move(tree)),
      cgroups_(std::move(cgroups)),
      spawner_(std::move(spawner)),
      store_(store),
      asking_kept_(asking_kept),
      log_(log),
      attached_(attached),
      sink_(std::move(sink)),
      copies_(memory_of_machine()),
      sweep_(loop, [this] { sweep(); }),
      later_(loop, [this] { sweep_.on(); }),
      child_signal_(loop, SIGCHLD, [this] { on_death(); }) {}

// The launches that the process table gives away, and those that only the cgroup knows.
std::vector<ProcessEntry> Launches::members(LaunchId launch) {
  sweep_.on();  // which forgets what was read for this turn
  auto members = tree_.members(launch);
  auto found = running_.find(launch);
  if (found == running_.end() || !found->second.cgroup) return members;
  std::set<pid_t> known;
  for (auto& member : members) known.insert(member.pid);
  for (pid_t pid : found->second.cgroup->processes())
    if (auto entry = known.contains(pid) ? std::nullopt : read_process(pid))
      members.push_back(*entry);
  return members;
}

// Its cgroup knows also what those have used who are no more.
Launches::Usage Launches::usage(LaunchId launch) {
  auto found = running_.find(launch);
  if (found == running_.end()) return {};
  const Running& running = found->second;
  std::optional<uint64_t> microseconds, bytes;
  if (running.cgroup) {
    microseconds = microseconds_of_cpu(*running.cgroup);
    bytes = memory_used(*running.cgroup);
  }
  for (auto& limit : running.limits)
    if (!bytes) bytes = memory_used(limit);
  Usage usage{std::chrono::microseconds(microseconds.value_or(0)), bytes.value_or(0)};
  if (microseconds && bytes) return usage;
  static const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  static const Nanos tick = Nanos(1s) / sysconf(_SC_CLK_TCK);
  for (auto& process : members(launch)) {
    if (!microseconds) usage.cpu += process.cpu * tick;
    if (!bytes) usage.memory_bytes += process.pages * page;
  }
  return usage;
}

std::optional<uint64_t> Launches::times_out_of_memory(LaunchId launch) const {
  auto found = running_.find(launch);
  if (found == running_.end()) return {};  // one that is over is asked about once more
  uint64_t most = 0;
  if (auto& cgroup = found->second.cgroup) most = muster::times_out_of_memory(*cgroup).value_or(0);
  for (auto& limit : found->second.limits)
    most = std::max(most, muster::times_out_of_memory(limit).value_or(0));
  return most;
}

void Launches::keeper_changed(pid_t keeper) {
  tree_.keeper_changed(keeper);
  cgroups_.keeper_changed(keeper);
  for (auto& [launch, running] : running_) {
    if (!running.child || running.phase == Phase::over) continue;
    keep(running);
  }
}

void Launches::input_ended(LaunchId launch) {
  auto found = running_.find(launch);
  if (found != running_.end() && found->second.phase == Phase::running) keep(found->second);
}

// From when it runs on.
void Launches::keep(const Running& running) {
  const LaunchId launch = running.launch.launch;
  auto [out, err] = running.output->pipes(launch);
  store_.keep(launch, {out, err, -1, running.output->input_end(launch)},
              running.released ? 0 : running.child->pid());
}

void Launches::end_orphans() {
  tree_.end_orphans();
  cgroups_.end();
}

// A process of ours may have died, leader or not.
void Launches::on_death() {
  deaths_ = true;
  sweep_.on();
}

void Launches::sweep() {
  sweep_.off();
  MonoTime now = loop_clock();
  tree_.forget();
  cgroups_.retry();
  spawn_queued(now);
  finish_starts();
  deliver();
  find_survivors(now);
  tell_those_who_wait();
  finish_drained(now);
  kill_again(now);
  tree_.forget();
  plan_next_sweep();
  deliver();
  release_exited();
  erase_over();
}

// A report is kept by those that were told; until then a successor may have to ask again.
void Launches::release_exited() {
  bool released = false;
  for (auto& [launch, running] : running_) {
    const bool told = running.phase == Phase::exited || running.phase == Phase::draining;
    if (!told || std::exchange(running.released, true)) continue;
    killpoint(Killpoint::exit_told);
    running.child->release();
    store_.release_pid(launch);
    killpoint(Killpoint::exit_released);
    released = true;
  }
  // Behind a leader other dead children may have waited.
  if (released) tree_.reap_orphans();
}

void Launches::erase_over() {
  std::erase_if(running_, [&](auto& entry) {
    if (entry.second.phase != Phase::over) return false;
    killpoint(Killpoint::launch_over);
    if (entry.second.child) entry.second.child->release();
    if (entry.second.cgroup) cgroups_.retire(*entry.second.cgroup);
    for (auto& limit : entry.second.limits) cgroups_.retire(limit);
    store_.forget(entry.first);
    if (entry.second.asking) asking_kept_.forget_asking(entry.first);
    copies_.give_back(entry.first);
    killpoint(Killpoint::launch_forgotten);
    return true;
  });
}

// Not while anything is being looked through: the receiver of an event may call back.
void Launches::deliver() {
  for (auto& event : std::exchange(events_, {})) sink_(std::move(event));
}

bool Launches::waits_for_survivors(const Running& running) {
  return running.phase == Phase::exited ||
         (running.phase == Phase::running && running.child->exit());
}

// A single reading of /proc serves all launches. However many processes there are and however fast
// they die, it is not to take more than a quarter of our time.
void Launches::find_survivors(MonoTime now) {
  if (deaths_) tree_.reap_orphans();
  std::vector<Running*> waiting;
  for (auto& [launch, running] : running_)
    if (waits_for_survivors(running)) waiting.push_back(&running);
  if (!waiting.empty() && now < (deaths_ ? look_from_ : look_again_)) return;
  deaths_ = false;
  if (waiting.empty()) return;
  Nanos before = worked();
  bool all_contained = true;
  for (auto* running : waiting) {
    if (running->phase == Phase::running)
      running->contained = running->cgroup && running->cgroup->holds(running->child->pid());
    all_contained = all_contained && running->contained;
  }
  const auto by_tree = all_contained ? std::set<LaunchId>() : tree_.survivors();
  for (auto* running : waiting) look_for_survivors(*running, by_tree, now);
  MonoTime done = loop_clock();
  look_from_ = done + 3 * (worked() - before);
  look_again_ = done + survivors_recheck;
}

void Launches::look_for_survivors(Running& running, const std::set<LaunchId>& by_tree,
                                  MonoTime now) {
  const LaunchId launch = running.launch.launch;
  const bool survived = (running.cgroup && running.cgroup->occupied()) || by_tree.count(launch) > 0;
  if (running.phase == Phase::running || !survived) running.output->drain(launch);
  if (running.phase == Phase::running)
    events_.push_back(Exited{launch, *running.child->exit(), survived,
                             survived && somebody_asked_lives(running)});
  if (survived && running.cgroup && !running.cgroup_watch)
    running.cgroup_watch.emplace(loop_, *running.cgroup, [this] { on_death(); });
  running.phase = survived ? Phase::exited : Phase::draining;
  running.empty_since = now;
}

MonoTime Launches::drained_by(const Running& running) {
  const Nanos patience = running.output->patience(running.launch.launch);
  return running.empty_since +
         (running.told_to_end ? std::min(patience, patience_with_the_ended) : patience);
}

void Launches::finish_drained(MonoTime now) {
  for (auto& [launch, running] : running_) {
    if (running.phase != Phase::draining) continue;
    bool over = running.output->ended(launch) || now >= drained_by(running);
    if (!over) continue;
    running.output->close(launch);
    tree_.remove(launch);
    running.phase = Phase::over;
    events_.push_back(Gone{launch});
  }
}

void Launches::plan_next_sweep() {
  if (!queue_.empty()) sweep_.on();
  std::optional<MonoTime> next;
  auto plan = [&](MonoTime time) { next = next ? std::min(*next, time) : time; };
  for (auto& [launch, running] : running_) {
    if (waits_for_survivors(running)) plan(deaths_ ? look_from_ : look_again_);
    if (running.phase == Phase::draining) plan(drained_by(running));
    if (running.kill_again) plan(*running.kill_again);
  }
  if (next)
    later_.at(*next);
  else
    later_.disarm();
}

}  // namespace muster
