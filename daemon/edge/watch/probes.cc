// See probes.h.
#include "daemon/edge/watch/probes.h"

#include <algorithm>
#include <vector>

namespace muster {
namespace {

constexpr Nanos longest_asking = 10s;

// A third of the time waited: a program that is ready is late by that much at most.
Nanos pause_between_probes(Nanos waited) { return std::clamp<Nanos>(waited / 3, 50ms, 1s); }

}  // namespace

Probes::Probes(Loop& loop, std::function<Whereabouts(LaunchId)> where,
               std::function<void(Event)> sink)
    : loop_(loop),
      where_(std::move(where)),
      sink_(std::move(sink)),
      timer_(loop, [this] { look(); }) {}

void Probes::watch(const AwaitReady& wanted) {
  const MonoTime now = loop_clock();
  watched_[wanted.launch] = {{now + pause_between_probes(Nanos(0)), nullptr}, wanted, now};
  plan();
}

void Probes::forget(LaunchId launch) {
  if (watched_.erase(launch)) plan();
}

// In a callback of the timer's alone, so no asking is destroyed in its own.
void Probes::look() {
  const MonoTime now = loop_clock();
  std::vector<LaunchId> ready, in_vain;
  for (auto& [launch, watched] : watched_) {
    using enum Probe::Answer;
    if (watched.probe && watched.probe->answer() == yes) {
      ready.push_back(launch);
    } else if (watched.probe && (watched.probe->answer() == no || now >= watched.next)) {
      watched.probe.reset();
      watched.next = now + pause_between_probes(now - watched.since);
      if (now - watched.since >= watched.wanted.within) in_vain.push_back(launch);
    } else if (!watched.probe && now >= watched.next) {
      const AwaitReady& wanted = watched.wanted;
      watched.probe = begin_probe(
          loop_, wanted.readiness, wanted.port, [&] { return where_(wanted.launch); },
          [this] { timer_.after(0ms); });
      watched.next = now + longest_asking;
    }
  }
  for (auto launch : in_vain) watched_.erase(launch);
  for (auto launch : ready) watched_.erase(launch);
  plan();
  for (auto launch : ready) sink_(Ready{launch});
}

}  // namespace muster
