// What a router finds when the one before it was killed: streams in their windows, each safe in the
// journal up to some byte.
#include <unordered_set>

#include "base/check.h"
#include "router/router_state.h"

namespace muster {

// The journal says how far each stream is safe; the rest of its window is still to be done.
void Router::State::find_leftovers() {
  for (StreamId id : windows.in_use()) {
    Window& window = windows.at(id);
    auto& control = window.control();
    begin(id, Windows::process_of(control), control.launch, Stream(control.stream));
    window.take_up_to(recorder.numbering().end_of(streams[id].key()).end);
    recovered.push_back(id);
  }
}

std::vector<RecoveredStream> Router::recovered() const {
  std::vector<RecoveredStream> all;
  for (StreamId id : state_->recovered) {
    auto& s = state_->streams[id];
    all.push_back({id, s.process, s.launch, s.stream});
  }
  return all;
}

Result<> Router::resume_stream(StreamId stream, UniqueFd pipe) {
  StreamState& s = state_->streams[stream];
  if (auto set = set_non_blocking(pipe.get()); !set) return within(set.error(), "{}", s.process);
  CHECK(std::erase(state_->recovered, stream) == 1, "stream {} was not recovered", stream);
  s.pipe = std::move(pipe);
  s.behind = true;
  return {};
}

void Router::end_recovery(Now now) {
  for (StreamId id : std::vector(state_->recovered)) close_stream(id, now);
  std::unordered_set<uint64_t> open;
  for (StreamId id : state_->windows.in_use()) open.insert(state_->streams[id].key());
  state_->recorder.numbering().keep_streams(open);
}

int Router::windows_fd() const { return state_->windows.fd(); }

}  // namespace muster
