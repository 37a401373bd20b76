// See copy_memory.h.
#include "daemon/edge/launch/copy_memory.h"

#include <fmt/format.h>
#include <algorithm>

namespace muster {

uint64_t CopyMemory::left() const {
  uint64_t left = share_;
  for (auto& [launch, bytes] : taken_) left -= std::min(left, bytes);
  return left;
}

StartResult<uint64_t> CopyMemory::take(LaunchId launch, uint64_t wanted) {
  const uint64_t there = left();
  const bool is_usual = wanted == Surroundings::usual_disk;
  const uint64_t given = is_usual ? std::min(wanted, there / 2) : wanted;
  if (given > there || (is_usual && given < least))
    return tl::unexpected(StartFailure{
        fmt::format("copy the file systems: the copies of all one-offs may hold {} MiB, a quarter "
                    "of the memory, of which {} MiB are left; ask for less with --disk",
                    share_ >> 20, there >> 20),
        0});
  taken_[launch] = given;
  return given;
}

}  // namespace muster
