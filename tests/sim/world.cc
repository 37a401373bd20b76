// See world.h.
#include "world.h"

#include <cerrno>
#include <csignal>

namespace muster::sim {

void World::schedule(Nanos delay, Happening happening) {
  coming_.emplace(now_ + delay, std::move(happening));
}

void World::schedule_telling(Nanos delay, Happening happening) {
  schedule(delay, [this, to = supervisor_, happening]() -> std::optional<Event> {
    return to == supervisor_ ? happening() : std::nullopt;
  });
}

void World::lose_supervisor() {
  supervisor_++;
  for (auto& [id, tree] : trees_)
    tree.exit_told = tree.gone_coming = false, tree.remembered_signal = 0;
}

void World::told(const Event& event) {
  if (auto* it = std::get_if<LaunchFailed>(&event)) trees_.erase(it->launch);
  if (auto* it = std::get_if<Gone>(&event)) trees_.erase(it->launch);
}

std::optional<MonoTime> World::next() const {
  if (coming_.empty()) return std::nullopt;
  return coming_.begin()->first;
}

std::optional<Event> World::happen() {
  auto first = coming_.begin();
  now_ = first->first;
  Happening happening = std::move(first->second);
  coming_.erase(first);
  return happening();
}

void World::carry_out(const Action& action, MonoTime now) {
  now_ = now;
  if (auto* it = std::get_if<Launch>(&action)) return launch(*it);
  if (auto* it = std::get_if<Kill>(&action)) return signal(*it);
  if (auto* it = std::get_if<AwaitReady>(&action)) return become_ready(*it);
  if (auto* it = std::get_if<WatchOver>(&action)) return watch_over(*it);
  if (auto* it = std::get_if<ReadModel>(&action)) return read(*it);
  if (auto* it = std::get_if<KeepReleases>(&action)) return keep(*it);
}

void World::read(const ReadModel& wanted) {
  schedule_telling(soon(), [this, wanted]() -> std::optional<Event> {
    if (model_) return ModelRead{*model_, wanted.code, wanted.of_release};
    return ModelRead{fail("Procfile:1: not today"), wanted.code, wanted.of_release};
  });
}

// A supervisor that dies meanwhile may have got it onto the disk or not.
void World::keep(const KeepReleases& wanted) {
  if (!calm_ && rng_.percent(10))
    return schedule_telling(soon(), [] { return ReleaseKept{fail("No space left on device")}; });
  if (rng_.percent(50)) releases_ = wanted.releases;
  schedule_telling(soon(), [this, kept = wanted.releases] {
    releases_ = kept;
    return ReleaseKept{};
  });
}

// As the edge does it: finds out what came of it, and tells what was not told, in the usual order.
void World::resume(const Launch& launch) {
  const LaunchId id = launch.launch;
  Tree& tree = trees_.at(id);
  if (tree.failed)
    return schedule_telling(soon(), [id] { return LaunchFailed{id, "exec sh", ENOENT}; });
  if (!tree.executed) return;  // on its way: execute() will tell
  const Nanos begin = soon();
  tree.begin_told = now_ + begin;
  if (launch.resumed->progress == LaunchProgress::asked)
    schedule_telling(begin, [id, pid = tree.pid] { return Launched{id, {pid}}; });
  tree.exit_told = launch.resumed->progress == LaunchProgress::exited;
  if (tree.exit_told)
    tell_gone_if_empty(id, tree);
  else if (!tree.leader_alive)
    tell_exit(id, begin + soon());
}

void World::launch(const Launch& launch) {
  if (launch.resumed && find(launch.launch)) return resume(launch);
  Tree tree;
  tree.name = launch.process;
  tree.children = rng_.percent(20) ? unsigned(rng_.between(1, 2)) : 0;
  if (!calm_) {
    tree.ignores_signals = rng_.percent(10);
    tree.children_ignore_signals = rng_.percent(30);
    tree.leaves_children = rng_.percent(30);
  }
  trees_[launch.launch] = tree;
  const bool fails = !calm_ && rng_.percent(10);
  schedule(soon(), [this, id = launch.launch, fails] { return execute(id, fails); });
}

std::optional<Event> World::execute(LaunchId id, bool fails) {
  Tree& tree = trees_.at(id);
  if (fails) {
    tree.failed = true;
    return LaunchFailed{id, "exec sh", rng_.percent(50) ? ENOENT : EAGAIN};
  }
  tree.executed = true;
  if (calm_ || rng_.percent(80)) speak(id);
  if (!calm_ && rng_.percent(50)) {
    const Nanos life = rng_.percent(70) ? rng_.up_to(5s) : rng_.up_to(20min);
    schedule(life, [this, id]() -> std::optional<Event> {
      if (!calm_) end_leader(id, {ExitStatus::Kind::exited, int(rng_.below(3))});
      return std::nullopt;
    });
  }
  if (!calm_ && rng_.percent(20)) run_out_of_memory(id);
  if (tree.remembered_signal) deliver(id, tree, tree.remembered_signal, true);
  tree.pid = next_pid_++;
  return Launched{id, {tree.pid}};
}

void World::become_ready(const AwaitReady& wanted) {
  if (wanted.port != 0 && rng_.percent(20))
    schedule_telling(soon(), [id = wanted.launch, taken = rng_.percent(50)] {
      return std::optional<Event>(PortSeen{id, taken ? "its port is taken" : "it is slow", taken});
    });
  if (!calm_ && rng_.percent(20)) return;  // it never will
  const Nanos delay = rng_.up_to(calm_ ? Nanos(2s) : Nanos(80s));
  schedule_telling(delay, [this, id = wanted.launch]() -> std::optional<Event> {
    if (!find(id) && rng_.percent(50)) return std::nullopt;
    return Ready{id};  // perhaps seen when it is over already
  });
}

// A thing that is seen may be over, or not be asked for any more, when it is told.
void World::watch_over(const WatchOver& wanted) {
  const Nanos delay = rng_.up_to(2min);
  if (calm_ || rng_.percent(70)) return;
  if (wanted.health && rng_.percent(50))
    schedule_telling(delay, [this, id = wanted.launch]() -> std::optional<Event> {
      return calm_ ? std::nullopt : std::optional<Event>(Unwell{id, 3});
    });
  else if (wanted.max_memory)
    schedule_telling(delay, [this, id = wanted.launch]() -> std::optional<Event> {
      return calm_ ? std::nullopt : std::optional<Event>(Grown{id, 2 << 20});
    });
}

// Some programs say that they are ready in any case, whatever the launch is asked for, some early,
// some again and again, and it reaches whichever supervisor is there.
void World::speak(LaunchId id) {
  const Nanos delay = rng_.up_to(calm_ ? Nanos(2s) : Nanos(40s));
  schedule(rng_.percent(30) ? Nanos(0) : delay, [this, id]() -> std::optional<Event> {
    if (!find(id)) return std::nullopt;
    if (calm_) speak_in_calm(id);
    if (!calm_ && rng_.percent(30)) speak(id);
    return Notified{id, true, "at work", rng_.percent(50) || calm_};
  });
}

// As a program does that has a watchdog.
void World::speak_in_calm(LaunchId id) {
  schedule(2min, [this, id]() -> std::optional<Event> {
    if (!find(id)) return std::nullopt;
    speak_in_calm(id);
    return Notified{id, false, {}, true};
  });
}

void World::calm_down() {
  calm_ = true;
  for (auto& [id, tree] : trees_) speak_in_calm(id);
}

// A look finds all that there was, also what was told before.
void World::run_out_of_memory(LaunchId id) {
  schedule(rng_.up_to(5s), [this, id]() -> std::optional<Event> {
    Tree* tree = find(id);
    if (!tree) return std::nullopt;
    if (tree->out_of_memory == 0 || rng_.percent(30)) tree->out_of_memory++;
    if (rng_.percent(50)) run_out_of_memory(id);
    return OutOfMemory{id, tree->out_of_memory};
  });
}

void World::signal(const Kill& wanted) {
  Tree* tree = find(wanted.launch);
  if (!tree || tree->failed) return;
  if (tree->executed) return deliver(wanted.launch, *tree, wanted.signal, wanted.leader_first);
  if (rng_.percent(50)) tree->remembered_signal = wanted.signal;
}

// While the leader is alive its children wait for it, unless all are told.
void World::deliver(LaunchId id, Tree& tree, int number, bool leader_first) {
  const bool kill = number == SIGKILL;
  // Now and then one waits for its dead disk and dies a good while after SIGKILL.
  const Nanos delay = kill && !calm_ && rng_.percent(5) ? rng_.up_to(30s) : soon();
  if (kill || !tree.ignores_signals)
    schedule(delay, [this, id, number]() -> std::optional<Event> {
      end_leader(id, {ExitStatus::Kind::signaled, number});
      return std::nullopt;
    });
  const bool for_all = !leader_first || !tree.leader_alive;
  if (kill || (for_all && !tree.children_ignore_signals))
    schedule(delay, [this, id]() -> std::optional<Event> {
      end_children(id);
      return std::nullopt;
    });
}

void World::end_leader(LaunchId id, ExitStatus status) {
  Tree* tree = find(id);
  if (!tree || !tree->leader_alive) return;
  tree->leader_alive = false;
  tree->exit = status;
  if (!tree->leaves_children) tree->children = 0;
  tell_exit(id, std::max(Nanos(0), tree->begin_told - now_) + soon());
}

void World::tell_exit(LaunchId id, Nanos delay) {
  schedule_telling(delay, [this, id]() -> std::optional<Event> {
    Tree& ended = trees_.at(id);
    ended.exit_told = true;
    tell_gone_if_empty(id, ended);
    return Exited{id, ended.exit, ended.children > 0};
  });
}

void World::end_children(LaunchId id) {
  Tree* tree = find(id);
  if (!tree) return;
  tree->children = 0;
  tell_gone_if_empty(id, *tree);
}

void World::tell_gone_if_empty(LaunchId id, Tree& tree) {
  if (!tree.exit_told || tree.leader_alive || tree.children > 0 || tree.gone_coming) return;
  tree.gone_coming = true;
  schedule_telling(soon(), [id]() -> std::optional<Event> { return Gone{id}; });
}

Tree* World::find(LaunchId id) {
  auto it = trees_.find(id);
  return it == trees_.end() ? nullptr : &it->second;
}

}  // namespace muster::sim
