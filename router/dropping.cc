// Lines that are dropped while the journal takes nothing, where that was asked for: counted by
// stream, and told by a notice for each, before anything that follows.
#include "router/router_state.h"

namespace muster {

// Only while the journal fails: that it is behind with its syncs is no reason.
bool Router::State::may_drop(const StreamState& s) const {
  return drops && recorder.retry_at() &&
         (dropped.size() < max_dropped || dropped.contains(s.key()));
}

// `record` begins at this byte of the stream.
void Router::State::note_dropped(const StreamState& s, uint64_t from) {
  auto [entry, is_new] = dropped.try_emplace(s.key());
  if (is_new) entry->second = {s.process, s.launch, s.stream, 0, from, from};
  if (auto& lines = entry->second.lines) *lines += record.lines.size();
  entry->second.to = record.end;
}

// False if the journal does not take it now.
bool Router::State::tell_dropped(Now now) {
  while (!dropped.empty()) {
    const Dropped& first = dropped.begin()->second;
    EventRecord event;
    event.kind = RecordKind::notice;
    event.process = first.process;
    const std::string_view stream = name_of(first.stream);
    const std::string lines = !first.lines ? fmt::format("Lines of {} were", stream)
                              : *first.lines == 1
                                  ? fmt::format("1 line of {} was", stream)
                                  : fmt::format("{} lines of {} were", *first.lines, stream);
    event.text =
        fmt::format("{} dropped while the journal took nothing: bytes {} to {} of launch {}", lines,
                    first.from + 1, first.to, first.launch);
    if (!recorder.publish_now(std::move(event), now)) return false;
    dropped.erase(dropped.begin());
  }
  return true;
}

}  // namespace muster
