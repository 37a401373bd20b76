// Looks now and then whether launches have more memory than they may have before they are
// restarted. Says so at every look at which it is so: the core knows whether it has heard it.
#pragma once

#include <functional>
#include <map>

#include "base/uv/timer.h"
#include "daemon/core/action.h"

namespace muster {

class SizeWatch {
 public:
  // `memory` is what a launch has at this moment; 0 if it is over. `sink` gets Grown.
  SizeWatch(Loop& loop, std::function<uint64_t(LaunchId)> memory, std::function<void(Event)> sink);

  // From now on so, or not at all if it may have any.
  void watch(const WatchOver& wanted);
  void forget(LaunchId launch);  // harmless if it is not watched

 private:
  void look();

  std::function<uint64_t(LaunchId)> memory_;
  std::function<void(Event)> sink_;
  std::map<LaunchId, uint64_t> most_;
  Timer timer_;
};

}  // namespace muster
