// See health_checks.h.
#include "daemon/edge/health_checks.h"

#include <algorithm>
#include <vector>

namespace muster {
namespace {

// A look that comes so late says that we have slept ourselves, and who was silent nobody knows.
constexpr Nanos our_own_sleep = 1s;

}  // namespace

HealthChecks::HealthChecks(Loop& loop, std::function<Whereabouts(LaunchId)> where,
                           std::function<void(Event)> sink)
    : loop_(loop),
      where_(std::move(where)),
      sink_(std::move(sink)),
      timer_(loop, [this] { look(); }) {}

void HealthChecks::watch(const WatchOver& wanted) {
  auto known = watched_.find(wanted.launch);
  if (!wanted.health) return forget(wanted.launch);
  const bool same = known != watched_.end() && known->second.check == *wanted.health &&
                    known->second.port == wanted.port;
  if (same) return;
  Watched fresh{*wanted.health, wanted.port, loop_clock() + wanted.health->every, {}, 0, {}};
  watched_.insert_or_assign(wanted.launch, std::move(fresh));
  plan();
}

void HealthChecks::forget(LaunchId launch) {
  if (watched_.erase(launch)) plan();
}

std::unique_ptr<Probe> HealthChecks::ask(LaunchId launch, const Watched& watched) {
  auto look_soon = [this] { timer_.after(0ms); };
  const Readiness& by = watched.check.by;
  switch (by.kind) {
    case Readiness::Kind::exec:
      return std::make_unique<ExecProbe>(loop_, by.what, where_(launch), look_soon);
    case Readiness::Kind::http:
      return std::make_unique<HttpProbe>(loop_, watched.port, by.what, look_soon);
    default:
      return std::make_unique<ConnectProbe>(loop_, watched.port, look_soon);
  }
}

// In a callback of the timer's alone, so no asking is destroyed in its own.
void HealthChecks::look() {
  const MonoTime now = loop_clock();
  std::vector<Unwell> unwell;
  for (auto& [launch, watched] : watched_)
    if (!look_at(launch, watched, now)) unwell.push_back({launch, watched.failures});
  for (auto& one : unwell) watched_.erase(one.launch);
  plan();
  for (auto& one : unwell) sink_(one);
}

// False if that was once too often.
bool HealthChecks::look_at(LaunchId launch, Watched& watched, MonoTime now) {
  if (!watched.probe && now >= watched.next) {
    watched.asked = now;
    watched.next = now + watched.check.timeout;
    watched.probe = ask(launch, watched);
  } else if (watched.probe) {
    const Probe::Answer answer = watched.probe->answer();
    if (answer == Probe::Answer::pending && now < watched.next) return true;
    const bool overslept = answer == Probe::Answer::pending && now - watched.next > our_own_sleep;
    if (answer == Probe::Answer::yes)
      watched.failures = 0;
    else if (!overslept)
      watched.failures++;
    watched.probe.reset();
    watched.next = std::max(watched.asked + watched.check.every, now);
  }
  return watched.failures < watched.check.failures;
}

void HealthChecks::plan() {
  if (watched_.empty()) return timer_.disarm();
  MonoTime next = MonoTime::max();
  for (auto& [launch, watched] : watched_) {
    const bool answered = watched.probe && watched.probe->answer() != Probe::Answer::pending;
    next = std::min(next, answered ? loop_clock() : watched.next);
  }
  timer_.at(next);
}

}  // namespace muster
