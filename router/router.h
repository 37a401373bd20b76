// The way of a line, from a pipe to the journal and the bus: windows, splitter, numbers, journal,
// publication, in this order. Not the loop: an edge says when a pipe may be read and when time has
// passed. Keeps: what is published has been journaled, and a stream's bytes are journaled in order,
// each once.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/unique_fd.h"
#include "proto/record.h"
#include "router/journal/options.h"

namespace muster {

struct ReplayRequest;

class Windows;

namespace journal {
class Storage;
struct WriterOptions;
struct SyncTask;
class Packer;
}  // namespace journal

// Where records go when they are journaled. Must not block; may drop.
class Bus {
 public:
  virtual ~Bus() = default;
  virtual void publish(std::string_view topic, std::string_view payload) = 0;
};

struct RouterOptions {
  std::string journal_dir;
  std::string windows_file;
  // The windows of a router that died, if they were kept (Router::windows_fd); they are taken
  // instead of the file's.
  UniqueFd windows = {};
  journal::Options journal = {};
  // The part of the journal's state that is remembered elsewhere.
  journal::Mark known = {};
  // Where bytes go that have ended one supervisor after the other; without it they are tried for
  // ever.
  std::string poison_dir = {};
};

using StreamId = uint32_t;  // a slot among the windows; used again after close

// A stream that a router had open when it died.
struct RecoveredStream {
  StreamId id = 0;
  std::string process;
  uint64_t launch = 0;
  Stream stream = Stream::out;
};

struct Pumped {
  enum class State : uint8_t {
    idle,     // the pipe is empty for now
    more,     // the quantum is used up and the pipe may hold more
    ended,    // end of file; everything is journaled
    blocked,  // the journal takes nothing (disk full): nothing was read; try again later
  } state = State::idle;
  size_t bytes = 0;
};

struct RouterHead {
  uint64_t seq = 0, lines = 0;
  std::optional<uint64_t> seq_durable;  // on the disk for sure; none in class `page`
  uint64_t journal_bytes = 0, oldest_seq = 0;
  std::optional<WallTime> oldest_time, newest_time;
};

class Router {
 public:
  // Opens the journal and finds in the windows what a killed router left; `bus` must outlive the
  // router. It has not journaled or published anything yet.
  static Result<Router> open(RouterOptions options, Bus& bus);
  // With the journal's files on `storage`, such as a simulated disk.
  static Result<Router> open(std::unique_ptr<journal::Storage> storage, Windows windows, Bus& bus,
                             const journal::Options& journal = {}, const journal::Mark& known = {});
  static Result<Router> open(std::unique_ptr<journal::Storage> storage, Windows windows, Bus& bus,
                             const journal::WriterOptions& options,
                             journal::WhenFull when_full = journal::WhenFull::block);
  Router(Router&&) noexcept;
  ~Router();

  // Recovery. The streams that open() found, and that have not been resumed or closed since. The
  // owner first calls close_stream for each from which nothing can come any more, then
  // resume_stream for the others, then end_recovery. Killed in between, the next router finds the
  // rest again.
  std::vector<RecoveredStream> recovered() const;
  // The stream goes on where it was, with its number and its half line. `pipe` is the read end that
  // the router before had, which may have been written to meanwhile. The stream is to be pumped
  // once at once, readable or not: its window may hold whole lines.
  Result<> resume_stream(StreamId stream, UniqueFd pipe);
  // Every launch that may still print has been resumed, or opened if its window was lost: what is
  // left of recovered() is closed, and how far streams of the past had come is forgotten.
  void end_recovery(Now now);
  // To be kept, as a duplicate, by a process that outlives the router.
  int windows_fd() const;
  // Once a second: where the file of windows was taken away, they move to another one, which is to
  // be kept instead. True if that was so.
  Result<bool> look_at_windows();
  // Once a second: true if the journal was taken away or replaced since the last time; then it has
  // been begun anew behind its last number.
  bool look_at_journal();
  // The numbers of it that are to be remembered elsewhere.
  journal::Mark journal_mark() const;
  // A launch that ran before had no window any more: what was in it is lost, which is told at the
  // end of the recovery.
  void window_was_lost(const std::string& process);

  // A launch's stream begins. The pipe's read end is set non-blocking. Fails when no window is
  // free. No other stream may ever have had the same launch and stream: by them the journal tells
  // how far it has come.
  Result<StreamId> open_stream(const std::string& process, uint64_t launch, Stream stream,
                               UniqueFd pipe);
  int pipe_of(StreamId stream) const;
  // The stream's pipe comes out of a terminal, which puts "\r" before each "\n": that is no part of
  // the line. `on_bytes` sees all of it, the moment it has come; it must not block.
  void comes_from_terminal(StreamId stream, std::function<void(std::string_view)> on_bytes);
  // Moves up to about `quantum` bytes of the stream on.
  Pumped pump(StreamId stream, size_t quantum, Now now);
  // The stream is over for us, whether or not its pipe is at its end: what is left of a line is
  // published with Tail::eof.
  void close_stream(StreamId stream, Now now);

  // When `show_partial_lines` has something to do, if ever.
  std::optional<MonoTime> next_partial_deadline() const;
  void show_partial_lines(Now now);

  // Numbers, journals and publishes an event; returns its seq.
  uint64_t publish(EventRecord event, Now now);

  // In the classes `group` and `each`, what is written must be synced: the owner of the router runs
  // begin_sync()'s task when it is due, off the loop, and hands it to end_sync(), one at a time. In
  // class `each` that is when records are published.
  std::optional<MonoTime> sync_due() const;
  journal::SyncTask begin_sync(Now now);
  void end_sync(const journal::SyncTask& task);
  // A closed segment to be packed, if there is one: the owner of the router runs its steps, off the
  // loop and at leisure, and hands it to end_packing().
  std::unique_ptr<journal::Packer> begin_packing();
  Result<> end_packing(const journal::Packer& packer, bool finished);
  // At the end, when no sync is under way: what is journaled is on the disk, and the journal knows
  // that nothing was published beyond it. Waits for the disk.
  Result<> close(Now now);
  // Why nothing gets onto the disk; empty when all is well.
  const std::string& sync_trouble() const;

  RouterHead head() const;
  // Where a replay may begin that would otherwise pass over what is had or not wanted.
  uint64_t first_missing(const ReplayRequest& request) const;
  // A text that differs from that of any other journal.
  std::string journal() const;
  // The troubles that an operator should look at now, a sentence each: "journal: write: No space
  // left on device; trying again".
  std::vector<std::string> alarms() const;

 private:
  struct State;
  explicit Router(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace muster
