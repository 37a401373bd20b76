// See world.h.
#include "world.h"

#include <cerrno>
#include <csignal>

namespace muster::sim {

void World::schedule(Nanos delay, Happening happening) {
  coming_.emplace(now_ + delay, std::move(happening));
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
  if (auto* it = std::get_if<Kill>(&action)) return signal(it->launch, it->signal);
  if (auto* it = std::get_if<WatchPort>(&action)) return watch_port(it->launch);
  if (std::holds_alternative<ReadModel>(action))
    schedule(soon(), [this]() -> Event {
      if (model_) return ModelRead{*model_};
      return ModelRead{fail("Procfile:1: not today")};
    });
}

void World::launch(const Launch& launch) {
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
    trees_.erase(id);
    return LaunchFailed{id, "exec sh", rng_.percent(50) ? ENOENT : EAGAIN};
  }
  tree.executed = true;
  if (!calm_ && rng_.percent(50)) {
    const Nanos life = rng_.percent(70) ? rng_.up_to(5s) : rng_.up_to(20min);
    schedule(life, [this, id]() -> std::optional<Event> {
      if (!calm_) end_leader(id, {ExitStatus::Kind::exited, int(rng_.below(3))});
      return std::nullopt;
    });
  }
  if (tree.remembered_signal) deliver(id, tree, tree.remembered_signal);
  return Launched{id, next_pid_++};
}

void World::watch_port(LaunchId id) {
  if (!calm_ && rng_.percent(20)) return;  // it never will
  schedule(rng_.up_to(calm_ ? Nanos(2s) : Nanos(80s)), [this, id]() -> std::optional<Event> {
    if (!find(id) && rng_.percent(50)) return std::nullopt;
    return Listening{id};  // perhaps seen when it is over already
  });
}

void World::signal(LaunchId id, int number) {
  Tree* tree = find(id);
  if (!tree) return;
  if (tree->executed) return deliver(id, *tree, number);
  if (rng_.percent(50)) tree->remembered_signal = number;
}

void World::deliver(LaunchId id, Tree& tree, int number) {
  const bool kill = number == SIGKILL;
  // Now and then one waits for its dead disk and dies a good while after SIGKILL.
  const Nanos delay = kill && !calm_ && rng_.percent(5) ? rng_.up_to(30s) : soon();
  if (kill || !tree.ignores_signals)
    schedule(delay, [this, id, number]() -> std::optional<Event> {
      end_leader(id, {ExitStatus::Kind::signaled, number});
      return std::nullopt;
    });
  if (kill || !tree.children_ignore_signals)
    schedule(delay, [this, id]() -> std::optional<Event> {
      end_children(id);
      return std::nullopt;
    });
}

void World::end_leader(LaunchId id, ExitStatus status) {
  Tree* tree = find(id);
  if (!tree || !tree->leader_alive) return;
  tree->leader_alive = false;
  if (!tree->leaves_children) tree->children = 0;
  schedule(soon(), [this, id, status]() -> std::optional<Event> {
    Tree& ended = trees_.at(id);
    ended.exit_told = true;
    tell_gone_if_empty(id, ended);
    return Exited{id, status, ended.children > 0};
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
  schedule(soon(), [this, id]() -> std::optional<Event> {
    trees_.erase(id);
    return Gone{id};
  });
}

Tree* World::find(LaunchId id) {
  auto it = trees_.find(id);
  return it == trees_.end() ? nullptr : &it->second;
}

}  // namespace muster::sim
