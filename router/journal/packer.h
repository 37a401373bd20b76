// Packs one closed segment into a file of its own, a little with each step. Changes nothing of the
// plain one, and gives the packed one no name: that is the writer's. May run in another thread, and
// outlive the writer.
#pragma once

#include <memory>
#include <vector>

#include "router/journal/packed_file.h"
#include "router/journal/segment_reader.h"
#include "router/journal/storage.h"

struct ZSTD_CCtx_s;

namespace muster::journal {

class Packer {
 public:
  enum class Step : uint8_t { more, done };  // done: written and synced, but not renamed

  // The plain segment is handed in twice: as bytes, and as the records that the table tells of.
  Packer(uint64_t segment, std::unique_ptr<StorageFile> plain, SegmentReader records,
         std::unique_ptr<StorageFile> out);
  ~Packer();

  uint64_t segment() const { return segment_; }  // by its first seq
  uint64_t written() const { return written_; }
  // After a failure it is of no use any more.
  Result<Step> step();

 private:
  Result<> begin();
  Result<> pack_frame();
  Result<> finish();
  Result<> write(std::string_view bytes);
  void pass_records_to(uint64_t offset);

  // Frames in a step: a few milliseconds.
  static constexpr int frames_at_once = 8;

  struct FreeContext {
    void operator()(ZSTD_CCtx_s* context) const;
  };

  uint64_t segment_;
  std::unique_ptr<StorageFile> plain_, out_;
  SegmentReader records_;
  uint64_t size_ = 0, at_ = 0;  // of the plain one
  uint64_t written_ = 0;
  std::vector<PackedFrame> table_;
  struct Next {
    uint64_t offset = 0, end = 0;
    uint64_t seq = 0;
    int64_t wall = 0;
  };
  Next next_;           // the first record that begins behind the frame; none is found yet
  PackedFrame passed_;  // tells of the one before
  int64_t passed_wall_ = std::numeric_limits<int64_t>::min();
  std::vector<char> buffer_, packed_;
  std::unique_ptr<ZSTD_CCtx_s, FreeContext> context_;
};

}  // namespace muster::journal
