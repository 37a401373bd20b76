// Walks over the records of a journal, across segments, forward and while it grows. Passes over
// damage; the numbers show what is missing.
#pragma once

#include <optional>
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
  static Result<Cursor> open(Storage& storage);

  // To a place at or before the first record with this seq, in the same segment if it is there.
  void seek(uint64_t seq);
  void seek(Position position);
  const std::vector<uint64_t>& segments() const { return segments_; }
  // Nothing if the segment cannot be opened (any more).
  std::optional<SegmentReader> open_segment(uint64_t first_seq);

  // The next record, checkpoints included, in order of seq; nothing if there are no more for now.
  // Its views are good until the next call.
  std::optional<RecordView> next();

 private:
  explicit Cursor(Storage& storage) : storage_(&storage) {}
  bool refresh();
  std::optional<SegmentReader::Found> read();

  Storage* storage_;
  std::vector<uint64_t> segments_;
  std::optional<uint32_t> key_;
  uint64_t segment_ = 0;  // by its first seq; 0: none is open
  std::optional<SegmentReader> reader_;
  uint64_t offset_ = 0;
  uint64_t passed_ = 0;  // seq
};

}  // namespace muster::journal
