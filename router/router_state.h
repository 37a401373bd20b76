// The inside of a router: its streams, and what becomes of each. Only the router's own sources
// include this. Keeps: what the journal has not taken stays in its window.
#pragma once

#include <list>
#include <map>
#include <set>

#include "router/recorder.h"
#include "router/router.h"
#include "router/splitter.h"
#include "router/window.h"

namespace muster {

inline uint64_t stream_key(uint64_t launch, Stream stream) {
  return journal::stream_key(launch, stream == Stream::err);
}

Result<> set_non_blocking(int pipe);

struct StreamState {
  UniqueFd pipe;
  std::string process, topic;
  uint64_t launch = 0;
  Stream stream = Stream::out;
  bool continues = false;  // the next line goes on where the last record left off
  bool behind = false;     // its window may hold lines that the journal would not take
  size_t known = 0;        // unread bytes without a newline in them
  std::optional<MonoTime> unfinished_since;
  std::list<StreamId>::iterator place;             // in `unfinished` or `tidy`
  std::function<void(std::string_view)> on_bytes;  // of one that comes from a terminal

  uint64_t key() const { return stream_key(launch, stream); }
};

// Lines that the journal did not take and that were not waited for.
struct Dropped {
  std::string process;
  uint64_t launch = 0;
  Stream stream = Stream::out;
  std::optional<uint64_t> lines = 0;  // none: a router that was killed dropped them
  uint64_t from = 0, to = 0;          // bytes of the stream
};

struct Router::State {
  State(Recorder r, Windows w) : recorder(std::move(r)), windows(std::move(w)) {}

  void find_leftovers();
  void tell_lost_windows();
  void pass_over_poison(const std::string& directory);
  void begin(StreamId id, std::string process, uint64_t launch, Stream stream);
  bool publish_batch(StreamId id, Batch batch, Now now);
  bool publish_lines(StreamId id, Now now);
  bool publish_unfinished(StreamId id, Tail tail, Now now);
  void note_unfinished(StreamId id, bool progress, Now now);
  bool catch_up(Now now);
  bool may_drop(const StreamState& s) const;
  void note_dropped(const StreamState& s, uint64_t from);
  bool tell_dropped(Now now);
  bool finish(StreamId id, Now now);

  Recorder recorder;
  Windows windows;
  std::vector<StreamState> streams;  // by slot
  // Streams whose line is unfinished, the oldest first, and all others. Nodes only move between
  // them, so that nothing is allocated on the way of a line.
  std::list<StreamId> unfinished, tidy;
  std::vector<StreamId> recovered;     // found by open(), neither resumed nor closed yet
  std::vector<StreamId> closing;       // closed, but the journal has not taken their rest yet
  std::vector<std::string> to_tell;    // of the recovery, when it is over
  std::set<std::string> windows_lost;  // of processes that run
  bool drops = false;
  std::map<uint64_t, Dropped> dropped;  // by stream key; they have not been told yet
  // The most streams whose losses are told; those beyond wait, as if nothing were dropped.
  static constexpr size_t max_dropped = 4096;
  std::string windows_trouble;
  LogRecord record;  // used again and again
};

}  // namespace muster
