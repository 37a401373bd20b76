// Closed segments packed with zstd, in frames that can be unpacked one by one (JOURNAL.md). A
// reader sees the bytes of the plain segment, at the same offsets. A damaged frame reads as zeros;
// a damaged table costs a walk over the frames.
#pragma once

#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "base/time.h"
#include "router/journal/format.h"
#include "router/journal/storage.h"

struct ZSTD_DCtx_s;

namespace muster::journal {

// Plain bytes in every frame but the last. Smaller ones pack worse, bigger ones make the way to a
// hundred lines longer.
inline constexpr size_t frame_bytes = 128 << 10;

// A frame's row in the table behind the frames. Its record is the last whole one that begins at or
// before the frame's first byte; offsets are those of the plain segment, but for `end`.
struct PackedFrame {
  uint64_t end = 0;  // in the file
  uint64_t record = sizeof(SegmentHeader);
  uint64_t seq = 0;                                      // of the record
  int64_t latest = std::numeric_limits<int64_t>::min();  // wall time of the records before it
};
static_assert(sizeof(PackedFrame) == 32);

// Behind the table.
struct PackedFooter {
  uint64_t plain_bytes = 0;  // in all frames
  uint32_t frames = 0;
  uint32_t magic = 0x5a4b504d;
  uint64_t checksum = 0;  // of the table, seeded with plain_bytes
};
static_assert(sizeof(PackedFooter) == 24);

uint64_t checksum_of(const std::vector<PackedFrame>& table, uint64_t plain_bytes);

class PackedFile : public StorageFile {
 public:
  // Takes `file` if it is packed, else leaves it alone and returns nothing.
  static std::unique_ptr<PackedFile> open(std::unique_ptr<StorageFile>& file);
  ~PackedFile() override;

  // The offset of a record before which no record has this seq or a higher one.
  uint64_t place_of(uint64_t seq) const;
  // The offset of a record before which all are older.
  uint64_t place_of(WallTime since) const;

  Result<uint64_t> size() override;
  Result<size_t> read(char* into, size_t bytes, uint64_t offset) override;
  Result<size_t> write(std::string_view bytes, uint64_t offset) override;
  Result<> truncate(uint64_t size) override;
  Result<> sync() override;

 private:
  PackedFile(std::unique_ptr<StorageFile> file, const std::optional<SegmentHeader>& header);
  bool read_table();
  void rebuild_table();
  std::string_view at(uint64_t offset);
  void load(uint64_t frame);

  struct FreeContext {
    void operator()(ZSTD_DCtx_s* context) const;
  };

  std::unique_ptr<StorageFile> file_;
  SegmentHeader header_;  // the plain one's
  std::vector<PackedFrame> frames_;
  uint64_t plain_bytes_ = 0;  // without the header
  uint64_t loaded_ = UINT64_MAX;
  std::vector<char> plain_, packed_;
  std::unique_ptr<ZSTD_DCtx_s, FreeContext> context_;
};

}  // namespace muster::journal
