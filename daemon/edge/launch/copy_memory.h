// How much memory the copies of the file systems of all one-offs may take together: a quarter of
// the machine's. Pure. Keeps: what is promised is never more, so that no number of one-offs fills
// the memory by what they write.
#pragma once

#include <cstdint>
#include <map>

#include "daemon/config/settings.h"
#include "daemon/core/event.h"
#include "daemon/edge/linux/start_failure.h"

namespace muster {

class CopyMemory {
 public:
  explicit CopyMemory(uint64_t machine) : share_(machine / 4) {}

  // The bytes that the copy of this launch may hold, until it is given back. A launch that has
  // asked for no size gets half of what is left if that is less than usual; one that has asked gets
  // it, or is refused.
  StartResult<uint64_t> take(LaunchId launch, uint64_t wanted);
  // An earlier supervisor has given it.
  void found(LaunchId launch, uint64_t bytes) { taken_[launch] = bytes; }
  void give_back(LaunchId launch) { taken_.erase(launch); }  // harmless if it has none

  // With less nothing useful can be done.
  static constexpr uint64_t least = 16 << 20;

 private:
  uint64_t left() const;

  uint64_t share_;
  std::map<LaunchId, uint64_t> taken_;
};

}  // namespace muster
