// The records of a segment that may not have reached the disk, written again as a segment of their
// own, from what the page cache still has of them.
#pragma once

#include <memory>

#include "router/journal/format.h"
#include "router/journal/storage.h"
#include "router/numbering.h"

namespace muster::journal {

// A checkpoint, appended. The key, the times, the flags and `previous` of `header` are kept.
void add_checkpoint(std::vector<char>& out, const Numbering& numbering, RecordHeader header);
// A segment's header and checkpoint, as one write has them. `header` lacks its checksum only.
std::vector<char> segment_head(SegmentHeader header, const Numbering& numbering, int64_t mono,
                               uint16_t flags = 0);

struct Rewritten {
  std::shared_ptr<StorageFile> file;
  uint64_t first_seq = 0, end = 0;
  uint64_t last_seq = 0;  // below what was asked for if the rest cannot be read any more
  uint32_t last_length = 0;
};

// Records after `durable` up to `last` of the segment, at least one. The new one takes its name by
// a rename when it is complete; from then on the old ones do not count (JOURNAL.md), which stay
// where they are.
Result<Rewritten> rewrite(Storage& storage, uint64_t segment, uint64_t durable, uint64_t last);

// The name of a file that is being made and may be left behind by a crash.
std::string unfinished_name(const std::string& name);
bool is_unfinished_name(std::string_view name);

Result<> write_all(StorageFile& file, std::string_view bytes, uint64_t offset);

}  // namespace muster::journal
