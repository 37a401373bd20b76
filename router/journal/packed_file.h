// Closed segments packed with zstd, in frames that can be unpacked one by one (JOURNAL.md). Who
// reads one sees the bytes of the plain segment, at the same offsets. A damaged frame reads as
// zeros; a damaged table costs a walk over the frames.
#pragma once

#include <memory>
#include <vector>

#include "router/journal/format.h"
#include "router/journal/storage.h"

namespace muster::journal {

// How the end of a packed segment begins; u64 ends of the frames in the file lie before it.
struct PackedFooter {
  uint64_t plain_bytes = 0;  // of all frames
  uint32_t frames = 0;
  uint32_t magic = 0x5a4b504d;
  uint64_t checksum = 0;  // of the table, seeded with plain_bytes
};
static_assert(sizeof(PackedFooter) == 24);

// Plain bytes in every frame but the last. Smaller ones pack worse, bigger ones make the way to a
// hundred lines longer.
inline constexpr size_t frame_bytes = 128 << 10;

// The file itself if it is not packed.
std::unique_ptr<StorageFile> unpacked(std::unique_ptr<StorageFile> file);

// Packs one segment, a little with each step. May run in another thread, and outlive the writer.
class Packer {
 public:
  enum class Step : uint8_t { more, done };  // done: written and synced, but not renamed

  Packer(uint64_t segment, std::unique_ptr<StorageFile> plain, std::unique_ptr<StorageFile> out)
      : segment_(segment), plain_(std::move(plain)), out_(std::move(out)) {}

  uint64_t segment() const { return segment_; }  // by its first seq
  uint64_t written() const { return written_; }
  // After a failure it is of no use any more.
  Result<Step> step();

 private:
  Result<> begin();
  Result<> pack_frame();
  Result<> finish();
  Result<> write(std::string_view bytes);

  // Frames in a step: a few milliseconds.
  static constexpr int frames_at_once = 8;

  uint64_t segment_;
  std::unique_ptr<StorageFile> plain_, out_;
  uint64_t size_ = 0, at_ = 0;  // of the plain one
  uint64_t written_ = 0;
  std::vector<char> table_, buffer_, packed_;
};

}  // namespace muster::journal
