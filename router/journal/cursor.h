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

class Cursor {
 public:
  // At the oldest record. `storage` must outlive the cursor.
  // With topics, segments in which no topic begins with one of them are skipped.
  static Result<Cursor> open(Storage& storage, std::vector<std::string> topics = {});

  // To a place at or before the first record with this seq, in the same segment if it is there.
  void seek(uint64_t seq);
  // To a place before all records that are not older, unless the clock was set back: in the newest
  // segment that was created before then.
  void seek(WallTime since);
  void seek(Position position);
  const std::vector<uint64_t>& segments() const { return segments_; }
  // The journal's, if a segment's header has told it.
  std::optional<uint32_t> key() const { return key_; }
  // Nothing if the segment cannot be opened (any more).
  std::optional<SegmentReader> open_segment(uint64_t first_seq);

  // Whether a segment may hold something of the topics. Its successor's checkpoint knows.
  bool may_hold(uint64_t first_seq);
  // First and last seq of the segments that were skipped most recently.
  std::pair<uint64_t, uint64_t> skipped() const { return skipped_; }

  // The next record, checkpoints included, in order of seq; nothing if there are no more for now.
  // Its views are good until the next call.
  std::optional<RecordView> next();

 private:
  Cursor(Storage& storage, std::vector<std::string> topics)
      : storage_(&storage), topics_(std::move(topics)) {}
  bool refresh();
  uint64_t successor(uint64_t first_seq) const;
  void enter(uint64_t first_seq);
  template <class What>
  void begin_at(What what);
  std::optional<SegmentReader::Found> read();

  Storage* storage_;
  std::vector<std::string> topics_;
  std::vector<uint64_t> segments_;
  std::optional<uint32_t> key_;
  uint64_t segment_ = 0;  // by its first seq; 0: none is open
  std::optional<SegmentReader> reader_;
  uint64_t offset_ = 0;
  uint64_t passed_ = 0;  // seq
  std::pair<uint64_t, uint64_t> skipped_ = {0, 0};
};

}  // namespace muster::journal
