// The state that a router finds when the one before it was killed: streams in their windows, each
// safe in the journal up to some byte.
#include <fmt/format.h>
#include <unordered_set>
#include <utility>

#include "base/check.h"
#include "router/poison.h"
#include "router/router_state.h"

namespace muster {
namespace {

std::string set_aside_text(size_t bytes, const std::string& process, const std::string& file) {
  return fmt::format("{} bytes of {} ended the daemon {} times; they are not in the log, but in {}",
                     bytes, process, deaths_of_poison, file);
}

}  // namespace

// The journal says how far each stream is safe; the rest of its window is still to be done.
void Router::State::find_leftovers() {
  for (StreamId id : windows.in_use()) {
    Window& window = windows.at(id);
    auto& control = window.control();
    begin(id, Windows::process_of(control), control.launch, Stream(control.stream));
    const uint64_t safe = recorder.numbering().end_of(streams[id].key()).end;
    // More is in the journal than has ever been in it: that is not how it was left.
    if (safe > window.position() + window.unread().size()) windows_lost.insert(streams[id].process);
    window.take_up_to(safe);
    // Bytes that have left their window without a record were dropped, or are poison that was set
    // aside.
    if (const auto& s = streams[id]; safe < window.position() && !was_set_aside(window, safe))
      dropped[s.key()] = {.process = s.process,
                          .launch = s.launch,
                          .stream = s.stream,
                          .lines = std::nullopt,
                          .from = safe,
                          .to = window.position()};
    recovered.push_back(id);
  }
}

// A record that cannot be kept is tried again, as often as it takes until there is room for it.
void Router::State::pass_over_poison(const std::string& directory) {
  for (StreamId id : recovered) {
    Window& window = windows.at(id);
    const StreamState& s = streams[id];
    const auto name = [&](uint64_t position) {
      return fmt::format("{}-{}-{}-{}", s.process, s.launch,
                         s.stream == Stream::out ? "out" : "err", position);
    };
    // The router that did it may have died before it was told.
    const uint64_t safe = recorder.numbering().end_of(s.key()).end;
    if (was_set_aside(window, safe))
      to_tell.push_back(
          set_aside_text(window.position() - safe, s.process, directory + '/' + name(safe)));
    if (!is_poison(window)) continue;
    const std::string_view bytes = window.unread();
    const auto kept = keep_poison(directory, name(window.position()), bytes);
    if (!kept) {
      to_tell.push_back(fmt::format("What ended the daemon {} times cannot be set aside: {}",
                                    deaths_of_poison, kept.message()));
      continue;
    }
    to_tell.push_back(set_aside_text(bytes.size(), s.process, *kept));
    window.take(bytes.size());
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

void Router::window_was_lost(const std::string& process) { state_->windows_lost.insert(process); }

void Router::State::tell_lost_windows() {
  if (windows_lost.empty()) return;
  std::string names;
  for (auto& process : windows_lost) names += (names.empty() ? "" : ", ") + process;
  to_tell.push_back(fmt::format(
      "The windows were lost or damaged: the beginning of an unfinished line may be missing of {}",
      names));
  windows_lost.clear();
}

void Router::end_recovery(Now now) {
  for (StreamId id : std::vector(state_->recovered)) close_stream(id, now);
  std::unordered_set<uint64_t> open;
  for (StreamId id : state_->windows.in_use()) open.insert(state_->streams[id].key());
  state_->recorder.numbering().keep_streams(open);
  state_->catch_up(now);
  state_->tell_lost_windows();
  for (auto& text : std::exchange(state_->to_tell, {})) {
    EventRecord event;
    event.kind = RecordKind::notice;
    event.process = "router";
    event.text = std::move(text);
    publish(std::move(event), now);
  }
}

int Router::windows_fd() const { return state_->windows.fd(); }

}  // namespace muster
