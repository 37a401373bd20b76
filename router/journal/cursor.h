// Walks over the records of a journal, across segments, forward and while it grows. Passes over
// damage; the numbers show what is missing.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "router/journal/segment_reader.h"
#include "router/journal/storage.h"

namespace muster::journal {

// Where a record lies.
struct Position {
  uint64_t segment = 0;  // by its first seq
  uint64_t offset = 0;
};

// First seqs of all segments, sorted.
Result<std::vector<uint64_t>> list_segments(Storage& storage);

// The filter of a reader. The cursor leaves out whole segments, and the rest of one, where nothing
// of it can be; it still gives records that are not wanted.
struct Wanted {
  std::vector<std::string> topics;  // prefixes; none: all
  std::optional<WallTime> since, until;

  bool overlaps(const TimeRange& times) const {
    return !(since && times.last < *since - clock_slack) &&
           !(until && times.first > *until + clock_slack);
  }
};

class Cursor {
 public:
  // At the oldest record. `storage` must outlive the cursor.
  static Result<Cursor> open(Storage& storage, Wanted wanted = {});

  // To a place at or before the first record with this seq, in the same segment if it is there.
  void seek(uint64_t seq);
  // The same, also where segments have been added or deleted since the last record was read.
  void seek_anew(uint64_t seq);
  // Closes the file until the next record is read: what was read is not valid any more.
  void rest() { reader_.reset(); }
  // To a place before all records that are not older; older ones are not wanted from now on.
  void seek(WallTime since);
  void seek(Position position);
  const std::vector<uint64_t>& segments() const { return segments_; }
  const Wanted& wanted() const { return wanted_; }
  // The journal's, if a segment's header has told it.
  std::optional<uint32_t> key() const { return key_; }
  // It is nothing if the segment cannot be opened (any more).
  std::optional<SegmentReader> open_segment(uint64_t first_seq);

  // Whether a segment may hold something that is wanted. It may, if it is the newest.
  bool may_hold(uint64_t first_seq);
  // First and last seq of what was skipped most recently.
  std::pair<uint64_t, uint64_t> skipped() const { return skipped_; }

  // The next record, checkpoints included, in order of seq; nothing if there are no more for now.
  // Its views are good until the next call.
  std::optional<RecordView> next();

 private:
  Cursor(Storage& storage, Wanted wanted) : storage_(&storage), wanted_(std::move(wanted)) {}
  bool refresh();
  uint64_t successor(uint64_t first_seq) const;
  bool holds_topics(uint64_t first_seq, const RecordView& checkpoint) const;
  bool holds_times(uint64_t first_seq);
  void enter(uint64_t first_seq);
  void skip(uint64_t first_seq, uint64_t last_seq);
  void skip_to_last();
  template <class What>
  void begin_at(What what);
  std::optional<SegmentReader::Found> read();

  Storage* storage_;
  Wanted wanted_;
  std::vector<uint64_t> segments_;
  std::optional<uint32_t> key_;
  uint64_t segment_ = 0;  // by its first seq; 0: none is open
  std::optional<SegmentReader> reader_;
  uint64_t offset_ = 0;
  uint64_t passed_ = 0;      // seq
  uint64_t skipped_in_ = 0;  // the segment whose rest was skipped, by its times
  bool beyond_ = false;      // the record that was given last is later than all that is wanted
  std::pair<uint64_t, uint64_t> skipped_ = {0, 0};
};

}  // namespace muster::journal
