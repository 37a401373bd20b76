// The numbers that were given out: seq, lines, each topic's last record, each stream's end. Pure.
// Follows what is journaled, so what a scan of the journal notes and what the running router noted
// are the same.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "proto/record.h"
#include "router/journal/format.h"

namespace muster {

class Numbering {
 public:
  uint64_t seq() const { return seq_; }
  uint64_t lines() const { return lines_; }
  // The numbers of the next record, if it has this topic.
  RecordNumbers next(std::string_view topic) const;
  struct StreamEnd {
    uint64_t end = 0;
    bool unfinished = false;  // the last line goes on in the stream's next record
  };
  // How far a stream has been journaled.
  StreamEnd end_of(uint64_t stream) const;

  // Whether a topic that begins with `prefix` has had a record since this seq.
  bool has_since(uint64_t seq, std::string_view prefix) const;

  // The topics of a subscriber: prefixes, none for all; and by exact topic the seq that it has.
  struct Wish {
    const std::vector<std::string>& topics;
    const std::map<std::string, uint64_t>& have;
  };
  // Before this seq nothing is missing to a reader that has everything that is wanted before
  // `from`.
  uint64_t first_missing(uint64_t from, const Wish& wish) const;
  // The highest seq from `first` on that a wanted record has or may have had; 0 if none has.
  uint64_t last_wanted(uint64_t first, const Wish& wish) const;

  // So many numbers are never given out.
  void leave_out(uint64_t count) { seq_ += count; }
  void skip_lines_to(uint64_t lines) { lines_ = lines; }
  // A record is in the journal.
  void note(const journal::RecordHeader& header, std::string_view topic);
  // A stream is over: its end need not be known any longer.
  void forget_stream(uint64_t stream) { ends_.erase(stream); }
  // All others are over.
  void keep_streams(const std::unordered_set<uint64_t>& open);
  // Records before `seq` are gone. Topics that have nothing after it are still known, the most
  // recent of them, so that a reader who comes late can be told whether anything of theirs is gone.
  void forget_before(uint64_t seq);
  // There was nothing from which the topics before `seq` could be learnt.
  void know_nothing_before(uint64_t seq) { forgotten_ = seq == 0 ? 0 : seq - 1; }

  // The payload of a checkpoint, appended, and back.
  void encode(std::vector<char>& out) const;
  static Result<Numbering> decode(uint64_t seq, uint64_t lines, std::string_view payload);

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  // Topics without a record in the journal of which the last record's number is still known: those
  // of two hundred one-offs, 25 KiB in a checkpoint.
  static constexpr size_t deleted_topics = 1024;

  uint64_t seq_ = 0, lines_ = 0;
  uint64_t forgotten_ = 0;  // a topic that is not in the table has had no record behind this seq
  std::unordered_map<std::string, uint64_t, Hash, std::equal_to<>> topics_;  // seq of its last
  std::unordered_map<uint64_t, StreamEnd> ends_;                             // by stream key
};

}  // namespace muster
