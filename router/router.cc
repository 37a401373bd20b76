// The streams: what each pipe brings goes through its window to the recorder, in lines. Knows which
// lines are unfinished and for how long.
#include "router/router.h"

#include <fcntl.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <list>
#include <random>

#include "base/check.h"
#include "router/journal/posix_storage.h"
#include "router/recorder.h"
#include "router/splitter.h"
#include "router/window.h"

namespace muster {
namespace {

struct StreamState {
  UniqueFd pipe;
  std::string process, topic;
  uint64_t launch = 0;
  Stream stream = Stream::out;
  bool continues = false;  // the next line goes on where the last record left off
  bool behind = false;     // its window may hold lines that the journal would not take
  size_t known = 0;        // unread bytes without a newline in them
  std::optional<MonoTime> unfinished_since;
  std::list<StreamId>::iterator place;  // in `unfinished` or `tidy`

  uint64_t key() const { return journal::stream_key(launch, stream == Stream::err); }
};

}  // namespace

struct Router::State {
  State(Recorder r, Windows w) : recorder(std::move(r)), windows(std::move(w)) {}

  void adopt_leftovers(Now now);
  void begin(StreamId id, std::string process, uint64_t launch, Stream stream);
  bool publish_batch(StreamId id, Batch batch, Now now);
  bool publish_lines(StreamId id, Now now);
  bool publish_unfinished(StreamId id, Tail tail, Now now);
  void note_unfinished(StreamId id, bool progress, Now now);
  bool catch_up(Now now);
  void close(StreamId id, Now now);
  bool finish(StreamId id, Now now);

  Recorder recorder;
  Windows windows;
  std::vector<StreamState> streams;  // by slot
  // Streams whose line is unfinished, the oldest first, and all others. Nodes only move between
  // them, so that nothing is allocated on the way of a line.
  std::list<StreamId> unfinished, tidy;
  std::vector<StreamId> closing;  // closed, but the journal has not taken their rest yet
  std::string windows_trouble;
  LogRecord record;  // used again and again
};

Result<Router> Router::open(const RouterOptions& options, Bus& bus, Now now) {
  auto storage = std::make_unique<journal::PosixStorage>(options.journal_dir);
  return open(std::move(storage), options.windows_file, bus, now);
}

Result<Router> Router::open(std::unique_ptr<journal::Storage> storage,
                            const std::string& windows_file, Bus& bus, Now now) {
  journal::WriterOptions options;
  options.boot_id = journal::read_boot_id();
  options.key = std::random_device()();
  auto recorder = Recorder::open(std::move(storage), options, bus);
  if (!recorder) return tl::unexpected(recorder.error());
  auto windows = windows_file.empty() ? Windows::anonymous() : Windows::open(windows_file);
  if (!windows) return tl::unexpected(windows.error());
  Router router(std::make_unique<State>(std::move(*recorder), std::move(*windows)));
  router.state_->adopt_leftovers(now);
  return router;
}

Router::Router(std::unique_ptr<State> state) : state_(std::move(state)) {}
Router::Router(Router&&) noexcept = default;
Router::~Router() = default;

// What a killed daemon had read and not journaled goes to the journal now, and its streams end.
void Router::State::adopt_leftovers(Now now) {
  for (StreamId id : windows.in_use()) {
    Window& window = windows.at(id);
    auto& control = window.control();
    begin(id, Windows::process_of(control), control.launch, Stream(control.stream));
    auto safe = recorder.numbering().end_of(streams[id].key());
    window.take_up_to(safe.end);
    streams[id].continues = safe.unfinished;
    close(id, now);
  }
}

Result<StreamId> Router::open_stream(const std::string& process, uint64_t launch, Stream stream,
                                     UniqueFd pipe) {
  int flags = ::fcntl(pipe.get(), F_GETFL);
  if (flags < 0 || ::fcntl(pipe.get(), F_SETFL, flags | O_NONBLOCK) < 0)
    return fail_errno(errno, "{}: cannot set its pipe non-blocking", process);
  auto slot = state_->windows.claim(process, launch, stream);
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
  s.place = tidy.insert(tidy.end(), id);
}

int Router::pipe_of(StreamId stream) const { return state_->streams[stream].pipe.get(); }

Pumped Router::pump(StreamId id, size_t quantum, Now now) {
  State& state = *state_;
  StreamState& s = state.streams[id];
  Window& window = state.windows.at(id);
  Pumped pumped;
  bool writable = state.catch_up(now) && (!s.behind || state.publish_lines(id, now));
  while (writable) {
    if (pumped.bytes >= quantum) return {Pumped::State::more, pumped.bytes};
    size_t before = window.unread().size();
    auto filled = window.fill(state.windows.fd(), s.pipe.get(), quantum - pumped.bytes);
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
    pumped.bytes += window.unread().size() - before;
    writable = state.publish_lines(id, now);
  }
  return {Pumped::State::blocked, pumped.bytes};
}

// Writes what came before and was refused. False if that is so still.
bool Router::State::catch_up(Now now) {
  if (!recorder.catch_up(now)) return false;
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
  if (!recorder.append(record, s.topic, s.key(), now)) return false;
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

void Router::close_stream(StreamId stream, Now now) { state_->close(stream, now); }

void Router::State::close(StreamId id, Now now) {
  streams[id].pipe.reset();
  if (!finish(id, now)) closing.push_back(id);
}

// Journals what is left in the window and frees it; false if the journal does not take it now.
bool Router::State::finish(StreamId id, Now now) {
  StreamState& s = streams[id];
  if (!publish_lines(id, now) || !publish_unfinished(id, Tail::eof, now)) return false;
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

uint64_t Router::publish(EventRecord event, Now now) {
  state_->catch_up(now);
  return state_->recorder.publish(std::move(event), now);
}

RouterHead Router::head() const {
  RouterHead head;
  auto& writer = state_->recorder.writer();
  head.seq = writer.numbering().seq();
  head.lines = writer.numbering().lines();
  for (auto& segment : writer.segments()) head.journal_bytes += segment.bytes;
  if (!writer.segments().empty()) {
    head.oldest_seq = writer.segments().front().first_seq;
    head.oldest_time = WallTime(Nanos(writer.segments().front().created));
    head.newest_time = writer.newest();
  }
  return head;
}

std::vector<std::string> Router::alarms() const {
  std::vector<std::string> alarms;
  if (auto& journal = state_->recorder.trouble(); !journal.empty()) alarms.push_back(journal);
  if (auto& windows = state_->windows_trouble; !windows.empty()) alarms.push_back(windows);
  return alarms;
}

}  // namespace muster
