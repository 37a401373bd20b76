// A record: what is numbered, journaled and published. A batch of lines of one stream, or one
// event. Plain structs; their bytes are the codec's business. Views in a decoded record point into
// the payload it came from.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.h"

namespace muster {

enum class RecordKind : uint8_t { log, state, scale, start, exit, error, notice };
inline constexpr RecordKind record_kinds[] = {
    RecordKind::log,  RecordKind::state, RecordKind::scale, RecordKind::start,
    RecordKind::exit, RecordKind::error, RecordKind::notice};
std::string_view name_of(RecordKind kind);  // "log", "state", ...

enum class Stream : uint8_t { out = 1, err = 2 };
std::string_view name_of(Stream stream);  // "stdout", "stderr"

// How the last line of a batch ends.
enum class Tail : uint8_t {
  newline,  // with its newline; the only one whose line is over
  split,    // cut because it is longer than limits::line_piece; goes on in the stream's next batch
  partial,  // shown unfinished because nothing came for limits::partial_after; goes on in the next
            // batch
  eof,      // the stream ended without a newline
};
std::string_view name_of(Tail tail);  // "newline", "split", "partial", "eof"

// The numbers that every record has.
struct RecordNumbers {
  uint64_t seq = 0;   // of this record; the daemon's, unbroken, from 1 on
  uint64_t prev = 0;  // seq of the previous record with the same topic; 0 if there is none
  uint64_t line =
      0;  // lines that were numbered before this record: its first line has number line + 1
};

struct LogRecord {
  RecordNumbers numbers;
  WallTime time;             // of capture
  std::string_view process;  // "web.1"
  uint64_t launch = 0;       // which launch of the process
  Stream stream = Stream::out;
  uint64_t end = 0;  // bytes of the stream up to and including this batch
  bool continues =
      false;  // the first line goes on where the stream's last batch left a split or partial one
  Tail tail = Tail::newline;
  std::vector<std::string_view> lines;  // without their newlines, bytes exact
};

using FormationCounts = std::map<std::string, uint32_t>;  // type -> how many; sorted by type

// Something that muster itself did or saw. `text` is the whole line for people; the other fields
// say the same to programs and are present where the kind has them.
struct EventRecord {
  RecordNumbers numbers;
  WallTime time;
  RecordKind kind = RecordKind::notice;
  std::string process;  // "web.1", or the part of muster that speaks: "api", "router"
  std::string text;     // "State changed from starting to up"
  std::optional<uint64_t> launch;
  std::optional<std::string> from, to;       // state
  std::optional<FormationCounts> formation;  // scale: the whole one
  std::optional<std::string> by;             // scale, and notices about commands: USER@HOST
  std::optional<std::string> role;           // of that client: "read"
  std::optional<std::string> address;        // from where it came in from the network
  std::optional<int64_t> pid;                // start
  std::optional<std::string> command;        // start
  std::optional<int32_t> status;             // exit: the code, or 128 + signal
  std::optional<std::string> code;           // error: "R10"
};

using Record = std::variant<LogRecord, EventRecord>;

// "log/web.1/": kind and process, each closed by a slash, so that a subscription to "log/web.1/" is
// exact and one to "log/web." takes the whole type.
std::string topic_of(RecordKind kind, std::string_view process);

// Whether it is shown on a terminal, where a start and an end have one line each.
bool is_for_people(const EventRecord& event);

}  // namespace muster
