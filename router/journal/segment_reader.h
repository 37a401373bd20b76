// Reads one segment, whole records only. Trusts nothing in the file: what cannot be read or does
// not add up is passed over. The file may grow meanwhile.
#pragma once

#include <memory>
#include <optional>

#include "base/time.h"
#include "router/journal/format.h"
#include "router/journal/packed_file.h"
#include "router/journal/storage.h"

namespace muster::journal {

struct TimeRange {
  WallTime first, last;
};
// Records that are written one after the other may bear times that far in the wrong order.
inline constexpr Nanos clock_slack = std::chrono::seconds(1);

class SegmentReader {
 public:
  // A record and where it lies; its views are good until the next call.
  struct Found {
    uint64_t offset;
    RecordView record;
    uint64_t next() const { return offset + record.header.length; }
  };

  // Without a key, the first record that is found decides. A packed one reads as if it were plain.
  SegmentReader(std::unique_ptr<StorageFile> file, std::optional<uint32_t> key);

  // The segment's header, if it is whole.
  std::optional<SegmentHeader> header();
  bool is_packed() const { return packed_; }
  // Where to begin so as to miss no record with a seq from this one on.
  uint64_t place_of(uint64_t seq);
  // The same, for records that are not older.
  uint64_t place_of(WallTime since);
  // The times of its records, none of which lies more than clock_slack outside of them. It is
  // nothing if the clock was set back while it was written, or if its ends cannot be read.
  std::optional<TimeRange> times();
  // 0 if the file does not say.
  uint64_t size() { return file_->size().value_or(0); }
  // The end of the last bytes that could not be read; 0 if all could be, so far.
  uint64_t unreadable_to() const { return unreadable_to_; }
  // The record that begins at `offset`.
  std::optional<Found> at(uint64_t offset);
  // The first record, a checkpoint in a whole segment; little more than it is read.
  std::optional<Found> first();
  // The first record at or after `offset` that has a seq above `after`.
  std::optional<Found> find(uint64_t offset, uint64_t after);
  // The last record, if it ends where the file does.
  std::optional<Found> last();
  // The header and topic of the record before the one at `offset`, of which only the header is
  // `later`; the checksum is not looked at and the payload is left out.
  std::optional<Found> before(uint64_t offset, const RecordHeader& later);
  // Whether the record that before() found is whole: its checksum is right.
  bool is_whole(const Found& found);

  static constexpr uint64_t first_record = sizeof(SegmentHeader);

 private:
  static constexpr size_t block = 256 << 10;
  static constexpr size_t ends_block = 16 << 10;  // where only the first or last record is read

  // The file's bytes from `offset` on: at least `bytes`, unless the file ends before. Unreadable
  // ones are zeros. If the file must be asked, `before` bytes before them and `block_bytes` in all
  // are read too.
  std::string_view view(uint64_t offset, size_t bytes, size_t before = 0,
                        size_t block_bytes = block);
  // The last record that is_before() and has only such ones before it; looks at headers only.
  template <class IsBefore>
  uint64_t skim(IsBefore is_before);

  std::unique_ptr<StorageFile> file_;
  const PackedFile* packed_ = nullptr;  // file_, if it is one
  std::optional<uint32_t> key_;
  std::vector<char> buffer_;
  uint64_t buffer_offset_ = 0;
  size_t buffered_ = 0;
  uint64_t unreadable_to_ = 0;
};

}  // namespace muster::journal
