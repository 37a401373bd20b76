// See memory_watch.h.
#include "daemon/edge/watch/memory_watch.h"

namespace muster {
namespace {

// Two files per launch. The end of a whole launch is looked at when it comes.
constexpr Nanos between_counts = 2s;

}  // namespace

MemoryWatch::MemoryWatch(Loop& loop, std::function<std::optional<uint64_t>(LaunchId)> times,
                         std::function<void(Event)> sink)
    : times_(std::move(times)), sink_(std::move(sink)), timer_(loop, [this] { look(); }) {}

void MemoryWatch::watch(LaunchId launch) {
  if (watched_.empty()) timer_.every(between_counts);
  watched_.insert(launch);
}

void MemoryWatch::forget(LaunchId launch) {
  if (watched_.erase(launch) > 0) look_at(launch);
  if (watched_.empty()) timer_.disarm();
}

void MemoryWatch::look() {
  for (LaunchId launch : std::set(watched_))
    if (!look_at(launch)) watched_.erase(launch);
  if (watched_.empty()) timer_.disarm();
}

bool MemoryWatch::look_at(LaunchId launch) {
  const auto times = times_(launch);
  if (times && *times > 0) sink_(OutOfMemory{launch, *times});
  return times.has_value();
}

}  // namespace muster
