// See log_watch.h.
#include "daemon/edge/watch/log_watch.h"

#include <algorithm>
#include <utility>

#include "proto/codec.h"

namespace muster {
namespace {

// The C library tries an expression at each byte of a line that it is not in, up to the end each
// time: this much of one takes some milliseconds.
constexpr size_t looked_at = 1 << 10;

}  // namespace

LogWatch::LogWatch(Loop& loop, std::function<void(Event)> sink)
    : sink_(std::move(sink)), tell_(loop, [this] { tell(); }) {}

void LogWatch::watch(LaunchId launch, const std::string& expression) {
  if (auto pattern = LinePattern::compile(expression))
    watched_.insert_or_assign(launch, std::move(*pattern));
}

void LogWatch::forget(LaunchId launch) { watched_.erase(launch); }

void LogWatch::look_at(std::string_view payload) {
  auto record = decode_record(payload);
  auto* log = record ? std::get_if<LogRecord>(&*record) : nullptr;
  if (!log) return;
  auto watched = watched_.find(log->launch);
  if (watched == watched_.end()) return;
  const auto matches = [&](auto& line) {
    return watched->second.matches(std::string_view(line).substr(0, looked_at));
  };
  if (std::none_of(log->lines.begin(), log->lines.end(), matches)) return;
  watched_.erase(watched);
  seen_.push_back(log->launch);
  tell_.after(0ms);
}

void LogWatch::tell() {
  for (LaunchId launch : std::exchange(seen_, {})) sink_(Ready{launch});
}

}  // namespace muster
