// The streams: what each pipe brings goes through its window to the recorder, in lines. Knows which
// lines are unfinished and for how long.
#include "router/router.h"

#include <fcntl.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <random>

#include "base/killpoint.h"
#include "router/journal/posix_storage.h"
#include "router/poison.h"
#include "router/router_state.h"

namespace muster {

// A deleted segment must not be more than a small part of a small journal.
static constexpr uint64_t segments_at_least = 16;

// Those with which a terminal ends its lines.
static void strip_returns(std::vector<std::string_view>& lines) {
  for (auto& line : lines)
    if (line.ends_with('\r')) line.remove_suffix(1);
}

Result<> set_non_blocking(int pipe) {
  int flags = ::fcntl(pipe, F_GETFL);
  if (flags < 0 || ::fcntl(pipe, F_SETFL, flags | O_NONBLOCK) < 0)
    return fail_errno(errno, "cannot set the pipe non-blocking");
  return {};
}

Result<Router> Router::open(RouterOptions options, Bus& bus) {
  auto storage = std::make_unique<journal::PosixStorage>(options.journal_dir);
  auto windows = options.windows ? Windows::adopt(std::move(options.windows), options.windows_file)
                                 : Windows::open(options.windows_file);
  if (!windows) return tl::unexpected(windows.error());
  auto router = open(std::move(storage), std::move(*windows), bus, options.journal, options.known);
  if (router && !options.poison_dir.empty()) router->state_->pass_over_poison(options.poison_dir);
  return router;
}

Result<Router> Router::open(std::unique_ptr<journal::Storage> storage, Windows windows, Bus& bus,
                            const journal::Options& journal, const journal::Mark& known) {
  journal::WriterOptions options;
  options.known = known;
  options.durability = journal.durability;
  options.total_bytes = journal.total_bytes;
  options.segment_bytes = std::min(options.segment_bytes, journal.total_bytes / segments_at_least);
  options.boot_id = journal::read_boot_id();
  options.key = std::random_device()();
  return open(std::move(storage), std::move(windows), bus, options, journal.when_full);
}

Result<Router> Router::open(std::unique_ptr<journal::Storage> storage, Windows windows, Bus& bus,
                            const journal::WriterOptions& options, journal::WhenFull when_full) {
  auto recorder = Recorder::open(std::move(storage), options, bus);
  if (!recorder) return tl::unexpected(recorder.error());
  Router router(std::make_unique<State>(std::move(*recorder), std::move(windows)));
  router.state_->drops = when_full == journal::WhenFull::drop;
  router.state_->find_leftovers();
  return router;
}

Router::Router(std::unique_ptr<State> state) : state_(std::move(state)) {}
Router::Router(Router&&) noexcept = default;
Router::~Router() = default;

Result<StreamId> Router::open_stream(const std::string& process, uint64_t launch, Stream stream,
                                     UniqueFd pipe) {
  if (auto set = set_non_blocking(pipe.get()); !set) return within(set.error(), "{}", process);
  auto done = state_->recorder.numbering().end_of(stream_key(launch, stream));
  auto slot = state_->windows.claim(process, launch, stream, done.end);
  if (!slot) return within(slot.error(), "{}", process);
  state_->begin(*slot, process, launch, stream);
  state_->streams[*slot].pipe = std::move(pipe);
  return *slot;
}

void Router::State::begin(StreamId id, std::string process, uint64_t launch, Stream stream) {
  if (id >= streams.size()) streams.resize(id + 1);
  StreamState& s = streams[id];
  s = {};
  s.topic = topic_of(RecordKind::log, process);
  s.process = std::move(process);
  s.launch = launch;
  s.stream = stream;
  s.continues = recorder.numbering().end_of(s.key()).unfinished;
  s.place = tidy.insert(tidy.end(), id);
}

void Router::comes_from_terminal(StreamId stream, std::function<void(std::string_view)> on_bytes) {
  state_->streams[stream].on_bytes = std::move(on_bytes);
}

int Router::pipe_of(StreamId stream) const { return state_->streams[stream].pipe.get(); }

Pumped Router::pump(StreamId id, size_t quantum, Now now) {
  State& state = *state_;
  StreamState& s = state.streams[id];
  Window& window = state.windows.at(id);
  Pumped pumped;
  bool was_empty = false;
  bool writable =
      (state.catch_up(now) || state.may_drop(s)) && (!s.behind || state.publish_lines(id, now));
  while (writable) {
    if (pumped.bytes >= quantum) return {Pumped::State::more, pumped.bytes};
    size_t before = window.unread().size();
    size_t most = std::min(window.room(), quantum - pumped.bytes);
    auto filled = window.fill(state.windows.fd(), s.pipe.get(), most);
    if (filled == Window::Filled::empty) return {Pumped::State::idle, pumped.bytes};
    if (filled == Window::Filled::failed) {
      state.windows_trouble = fmt::format("windows: {}; trying again", std::strerror(errno));
      break;
    }
    state.windows_trouble.clear();
    if (filled == Window::Filled::end) {
      if (!state.publish_unfinished(id, Tail::eof, now)) break;
      return {Pumped::State::ended, pumped.bytes};
    }
    size_t bytes = window.unread().size() - before;
    pumped.bytes += bytes;
    if (s.on_bytes) s.on_bytes(window.unread().substr(before));
    writable = state.publish_lines(id, now);
    // A process that writes line by line at full speed would be met line by line for ever.
    if (writable && std::exchange(was_empty, bytes < most) && was_empty)
      return {Pumped::State::idle, pumped.bytes};
  }
  return {Pumped::State::blocked, pumped.bytes};
}

// Writes what came before and was refused. False if that is so still.
bool Router::State::catch_up(Now now) {
  if (!recorder.catch_up(now) || !tell_dropped(now)) return false;
  std::erase_if(closing, [&](StreamId id) { return finish(id, now); });
  return closing.empty();
}

// Publishes every line of the window that is over. False if the journal does not take them.
bool Router::State::publish_lines(StreamId id, Now now) {
  StreamState& s = streams[id];
  Window& window = windows.at(id);
  bool progress = false;
  s.behind = true;
  for (;;) {
    const Suspicion suspicion(window.control(), window.position());
    poisonpoint(window.unread());
    Batch batch = split(window.unread(), s.known, record.lines);
    if (batch.bytes == 0) break;
    if (!publish_batch(id, batch, now)) return false;
    progress = true;
  }
  s.behind = false;
  s.known = window.unread().size();
  window.tidy();
  note_unfinished(id, progress, now);
  return true;
}

// Publishes the line that is not over, if there is one, as it is.
bool Router::State::publish_unfinished(StreamId id, Tail tail, Now now) {
  Window& window = windows.at(id);
  if (window.unread().empty()) return true;
  const Suspicion suspicion(window.control(), window.position());
  if (!publish_batch(id, split_unfinished(window.unread(), tail, record.lines), now)) return false;
  window.tidy();
  note_unfinished(id, true, now);
  return true;
}

bool Router::State::publish_batch(StreamId id, Batch batch, Now now) {
  StreamState& s = streams[id];
  Window& window = windows.at(id);
  record.process = s.process;
  record.launch = s.launch;
  record.stream = s.stream;
  record.end = window.position() + batch.bytes;
  record.continues = s.continues;
  record.tail = batch.tail;
  if (s.on_bytes) strip_returns(record.lines);
  // Lines that were dropped before it are told before it.
  const bool taken = tell_dropped(now) && recorder.append(record, s.topic, s.key(), now);
  if (!taken && !may_drop(s)) return false;
  if (!taken) note_dropped(s, window.position());
  window.take(batch.bytes);
  s.known = 0;
  s.continues = batch.tail == Tail::split || batch.tail == Tail::partial;
  return true;
}

// A line is unfinished since its first byte came, not since its last.
void Router::State::note_unfinished(StreamId id, bool progress, Now now) {
  StreamState& s = streams[id];
  bool is = !windows.at(id).unread().empty();
  bool was = s.unfinished_since.has_value();
  if (was && is && !progress) return;
  auto& from = was ? unfinished : tidy;
  auto& to = is ? unfinished : tidy;
  to.splice(to.end(), from, s.place);
  s.unfinished_since = is ? std::optional(now.mono) : std::nullopt;
}

void Router::close_stream(StreamId stream, Now now) {
  std::erase(state_->recovered, stream);
  state_->streams[stream].pipe.reset();
  if (!state_->finish(stream, now)) state_->closing.push_back(stream);
}

// Journals what is left in the window and frees it; false if the journal does not take it now. By
// the window a successor knows that something was dropped, so it stays until that has been told.
bool Router::State::finish(StreamId id, Now now) {
  StreamState& s = streams[id];
  if (!publish_lines(id, now) || !publish_unfinished(id, Tail::eof, now)) return false;
  if (dropped.contains(s.key())) return false;
  recorder.numbering().forget_stream(s.key());
  tidy.erase(s.place);
  s = {};
  windows.release(id);
  return true;
}

std::optional<MonoTime> Router::next_partial_deadline() const {
  if (state_->recorder.retry_at()) return state_->recorder.retry_at();
  if (!state_->closing.empty()) return MonoTime();  // due
  if (state_->unfinished.empty()) return {};
  return *state_->streams[state_->unfinished.front()].unfinished_since + limits::partial_after;
}

// Also the moment at which what the journal had refused is tried again.
void Router::show_partial_lines(Now now) {
  State& state = *state_;
  if (!state.catch_up(now)) return;
  while (!state.unfinished.empty()) {
    StreamId id = state.unfinished.front();
    if (*state.streams[id].unfinished_since + limits::partial_after > now.mono) return;
    if (!state.publish_lines(id, now)) return;
    if (!state.publish_unfinished(id, Tail::partial, now)) return;
  }
}

Result<bool> Router::look_at_windows() {
  auto moved = state_->windows.look();
  return moved ? moved : within(moved.error(), "windows");
}

bool Router::look_at_journal() { return state_->recorder.look(); }
journal::Mark Router::journal_mark() const { return state_->recorder.writer().mark(); }

uint64_t Router::publish(EventRecord event, Now now) {
  state_->catch_up(now);
  return state_->recorder.publish(std::move(event), now);
}

std::optional<MonoTime> Router::sync_due() const { return state_->recorder.sync_due(); }
journal::SyncTask Router::begin_sync(Now now) { return state_->recorder.begin_sync(now.mono); }
void Router::end_sync(const journal::SyncTask& task) { state_->recorder.end_sync(task); }
Result<> Router::close(Now now) { return state_->recorder.close(now); }
std::unique_ptr<journal::Packer> Router::begin_packing() {
  return state_->recorder.begin_packing();
}
Result<> Router::end_packing(const journal::Packer& packer, bool finished) {
  return state_->recorder.end_packing(packer, finished);
}
const std::string& Router::sync_trouble() const { return state_->recorder.writer().sync_trouble(); }

}  // namespace muster
