// The limits that were asked for one one-off alone.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"

namespace muster {

// None: as the app's files have it.
struct OneOffLimits {
  std::optional<uint64_t> memory, disk;
  std::optional<uint32_t> cpu;
  std::optional<Nanos> timeout;
  bool operator==(const OneOffLimits&) const = default;
};

}  // namespace muster
