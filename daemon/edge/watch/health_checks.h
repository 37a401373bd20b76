// Asks again and again whether processes that are up are well, one asking of a launch at a time.
// Says so once of a launch that has failed as often in a row as it may. Decides nothing.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "base/uv/timer.h"
#include "daemon/core/action.h"
#include "daemon/edge/launch/probe.h"

namespace muster {

class HealthChecks {
 public:
  // `where` says where a launch is, as long as it is under way. `sink` gets Unwell.
  HealthChecks(Loop& loop, std::function<Whereabouts(LaunchId)> where,
               std::function<void(Event)> sink);

  // From now on so, or not at all if it has no check.
  void watch(const WatchOver& wanted);
  void forget(LaunchId launch);  // harmless if it is not watched

 private:
  struct Watched : Asked {
    HealthCheck check;
    uint32_t port;
    MonoTime asked{};
    uint32_t failures = 0;  // in a row
  };
  void look();
  void plan() { plan_next_look(timer_, watched_); }
  bool look_at(LaunchId launch, Watched& watched, MonoTime now);

  Loop& loop_;
  std::function<Whereabouts(LaunchId)> where_;
  std::function<void(Event)> sink_;
  std::map<LaunchId, Watched> watched_;
  Timer timer_;
};

}  // namespace muster
