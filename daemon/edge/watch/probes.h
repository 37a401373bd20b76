// Asks again and again whether launches are ready, by their commands and GETs: often at first, more
// rarely later, one asking of a launch at a time, and none that takes too long. It tells once what
// it hears. Decides nothing: how long is waited in all, it is told.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "base/uv/timer.h"
#include "daemon/core/action.h"
#include "daemon/edge/launch/probe.h"

namespace muster {

class Probes {
 public:
  // `where` says where a launch is, as long as it is under way. `sink` gets Ready.
  Probes(Loop& loop, std::function<Whereabouts(LaunchId)> where, std::function<void(Event)> sink);

  void watch(const AwaitReady& wanted);
  void forget(LaunchId launch);  // harmless if it is not watched

 private:
  struct Watched : Asked {
    AwaitReady wanted;
    MonoTime since;
  };
  void look();
  void plan() { plan_next_look(timer_, watched_); }

  Loop& loop_;
  std::function<Whereabouts(LaunchId)> where_;
  std::function<void(Event)> sink_;
  std::map<LaunchId, Watched> watched_;
  Timer timer_;
};

}  // namespace muster
