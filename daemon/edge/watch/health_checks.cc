// See health_checks.h.
#include "daemon/edge/watch/health_checks.h"

#include <algorithm>
#include <vector>

namespace muster {
namespace {

// A look that comes so late says that we have slept ourselves, and it is not known which process
// was silent.
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
  Watched fresh{{loop_clock() + wanted.health->every, nullptr}, *wanted.health, wanted.port, {}, 0};
  watched_.insert_or_assign(wanted.launch, std::move(fresh));
  plan();
}

void HealthChecks::forget(LaunchId launch) {
  if (watched_.erase(launch)) plan();
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
    watched.probe = begin_probe(
        loop_, watched.check.by, watched.port, [&] { return where_(launch); },
        [this] { timer_.after(0ms); });
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

}  // namespace muster
