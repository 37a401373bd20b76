// See ports.h.
#include "daemon/core/ports.h"

namespace muster {

static constexpr uint64_t last_port = 65535;

std::optional<uint32_t> Ports::take(size_t type_index, size_t types, uint32_t number) {
  const uint64_t preferred = base_ + uint64_t{per_type} * type_index + number - 1;
  if (number <= per_type && preferred <= last_port)
    if (taken_.insert(uint32_t(preferred)).second) return uint32_t(preferred);

  const uint64_t first = base_ + uint64_t{per_type} * types;
  if (first > last_port) return std::nullopt;
  // The cursor makes a thousand searches in a row as cheap as one.
  for (uint64_t tries = last_port - first + 1; tries > 0; tries--) {
    if (cursor_ < first || cursor_ > last_port) cursor_ = uint32_t(first);
    const uint32_t port = cursor_++;
    if (taken_.insert(port).second) return port;
  }
  return std::nullopt;
}

}  // namespace muster
