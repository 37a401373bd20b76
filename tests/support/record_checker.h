// Looks at records in the order of the journal or the bus and says what is wrong with them: numbers
// that do not follow, a stream that goes on elsewhere than it stopped. The test itself says what
// the bytes should be: they are handed on.
#pragma once

#include <fmt/format.h>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "proto/codec.h"

namespace muster {

class RecordChecker {
 public:
  using StreamKey = std::pair<uint64_t, Stream>;  // launch and stream
  // The bytes that a record adds to a stream, and whether the stream's end cut its last line off.
  using Sink = std::function<void(const StreamKey&, const LogRecord&, std::string_view bytes)>;

  explicit RecordChecker(Sink sink) : sink_(std::move(sink)) {}

  // The fault; empty if the record follows those before.
  std::string take(std::string_view topic, std::string_view payload) {
    auto decoded = decode_record(payload);
    if (!decoded) return decoded.message();
    auto numbers = std::visit([](auto& r) { return r.numbers; }, *decoded);
    auto* log = std::get_if<LogRecord>(&*decoded);
    uint64_t& last = last_[std::string(topic)];
    if (numbers.seq != seq_ + 1) return fmt::format("seq {} after {}", numbers.seq, seq_);
    const bool forgotten = numbers.prev == 0 && last < oldest_;
    if (numbers.prev != last && !forgotten)
      return fmt::format("prev {} instead of {}", numbers.prev, last);
    if (numbers.line != lines_) return fmt::format("line {} after {}", numbers.line, lines_);
    seq_ = last = numbers.seq;
    lines_ += log ? log->lines.size() : 1;
    return log ? take_lines(*log) : "";
  }

  // A stream may go on behind a hole: what was dropped.
  void expect_holes() { holes_ = true; }
  // A record that retention has deleted may be the `prev` of none any more.
  void deleted_before(uint64_t seq) { oldest_ = seq; }

  uint64_t seq() const { return seq_; }

 private:
  struct Seen {
    uint64_t end = 0;
    bool unfinished = false;
  };

  std::string take_lines(const LogRecord& record) {
    StreamKey key{record.launch, record.stream};
    Seen& seen = streams_[key];
    std::string bytes;
    for (size_t i = 0; i < record.lines.size(); i++) {
      bytes += record.lines[i];
      if (i + 1 < record.lines.size() || record.tail == Tail::newline) bytes += '\n';
    }
    auto where = fmt::format("record {}, {} of launch {}: ", seq_, record.process, record.launch);
    const bool hole = holes_ && record.end > seen.end + bytes.size();
    if (!hole && record.end != seen.end + bytes.size())
      return where + fmt::format("{} bytes after {} end at {}", bytes.size(), seen.end, record.end);
    if (!hole && record.continues != seen.unfinished)
      return where + (record.continues ? "continues nothing" : "does not continue");
    seen = {record.end, record.tail == Tail::split || record.tail == Tail::partial};
    sink_(key, record, bytes);
    return "";
  }

  Sink sink_;
  bool holes_ = false;
  uint64_t seq_ = 0, lines_ = 0, oldest_ = 0;
  std::map<std::string, uint64_t> last_;  // seq of each topic's last record
  std::map<StreamKey, Seen> streams_;
};

}  // namespace muster
