// Looks now and then whether the kernel has killed a process of a launch because its memory was
// used up. Only for launches that have such a limit. Remembers no counts: the core is told all
// there were, and knows what it was told before.
#pragma once

#include <functional>
#include <optional>
#include <set>

#include "base/uv/timer.h"
#include "daemon/core/event.h"

namespace muster {

class MemoryWatch {
 public:
  // `times` is how often that has happened to a launch; nothing if it is over. `sink` gets
  // OutOfMemory.
  MemoryWatch(Loop& loop, std::function<std::optional<uint64_t>(LaunchId)> times,
              std::function<void(Event)> sink);

  void watch(LaunchId launch);
  // After a last look. Harmless if it is not watched.
  void forget(LaunchId launch);

 private:
  void look();
  bool look_at(LaunchId launch);

  std::function<std::optional<uint64_t>(LaunchId)> times_;
  std::function<void(Event)> sink_;
  std::set<LaunchId> watched_;
  Timer timer_;
};

}  // namespace muster
