// See size_watch.h.
#include "daemon/edge/watch/size_watch.h"

#include <vector>

namespace muster {
namespace {

// A reading of /proc per launch and process.
constexpr Nanos between_sizes = 2s;

}  // namespace

SizeWatch::SizeWatch(Loop& loop, std::function<uint64_t(LaunchId)> memory,
                     std::function<void(Event)> sink)
    : memory_(std::move(memory)), sink_(std::move(sink)), timer_(loop, [this] { look(); }) {}

void SizeWatch::watch(const WatchOver& wanted) {
  if (!wanted.max_memory) return forget(wanted.launch);
  if (most_.empty()) timer_.every(between_sizes);
  most_[wanted.launch] = *wanted.max_memory;
}

void SizeWatch::forget(LaunchId launch) {
  most_.erase(launch);
  if (most_.empty()) timer_.disarm();
}

void SizeWatch::look() {
  std::vector<Grown> grown;
  for (auto& [launch, most] : most_)
    if (const uint64_t bytes = memory_(launch); bytes > most) grown.push_back({launch, bytes});
  for (auto& one : grown) sink_(one);
}

}  // namespace muster
