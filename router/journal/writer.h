// Appends records to the journal's newest segment, begins new segments and deletes old ones. Keeps:
// every record in the journal is whole and its seq is the one before plus 1; what a failed append
// left is overwritten. Numbers follow what is written.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "router/journal/format.h"
#include "router/journal/options.h"
#include "router/journal/storage.h"
#include "router/journal/sync_plan.h"
#include "router/numbering.h"

namespace muster::journal {

class Packer;

struct WriterOptions {
  uint64_t segment_bytes = 64 << 20;  // a new one begins at the record that would go beyond
  Nanos segment_age = 24h;
  uint64_t total_bytes = 1 << 30;  // all segments together, give or take the newest
  Nanos age = 7 * 24h;
  BootId boot_id = {};
  Mark known = {};   // what is remembered of it elsewhere
  uint32_t key = 0;  // for a journal that does not exist yet
  Durability durability = Durability::page;
};

class Writer {
 public:
  // Reads where the journal ends and cuts off a torn tail. `storage` must outlive the writer. An
  // error only where going on would do harm: a version from the future, a directory or a newest
  // segment that cannot be opened.
  static Result<Writer> open(Storage& storage, WriterOptions options);

  // `record` holds exactly one record, begun with begin_record. `header` has what the record says
  // about itself: numbers, stream, times, lines. On failure nothing has changed; try again later.
  Result<> append(std::vector<char>& record, RecordHeader header);

  // Once a second: whether the newest segment was taken away or replaced since the last time. Then
  // the journal is begun anew behind the last number, among whatever is there now.
  bool look();
  // The numbers that are to be remembered elsewhere.
  Mark mark() const;

  // The owner of the writer runs begin_sync()'s task when it is due, in whatever thread, and hands
  // it to end_sync(), one at a time.
  std::optional<MonoTime> sync_due() const { return plan_.due(); }
  SyncTask begin_sync(MonoTime now);
  void end_sync(const SyncTask& task) { plan_.end(task); }
  Durability durability() const { return options_.durability; }
  // Up to here everything is on the disk; meaningless in class `page`.
  uint64_t durable_seq() const { return plan_.durable_seq(); }
  // Why nothing gets onto the disk; empty when all is well.
  const std::string& sync_trouble() const { return plan_.trouble(); }

  // The oldest closed segment that is not packed and is safe on the disk; none if there is none, or
  // no room to begin. Its steps may run in another thread; then it is handed to end_packing(),
  // which lets it take the place of the plain one, or throws away what was not finished.
  std::unique_ptr<Packer> begin_packing();
  Result<> end_packing(const Packer& packer, bool finished);

  // Ends the newest segment with the note that nothing was published beyond it, on the disk; waits
  // for that. After it no record may be appended.
  Result<> close(int64_t wall, int64_t mono);

  Numbering& numbering() { return numbering_; }
  const Numbering& numbering() const { return numbering_; }
  // The same in every segment of a journal.
  uint32_t key() const { return options_.key; }

  struct Segment {
    uint64_t first_seq = 0;
    uint64_t bytes = 0;
    int64_t created = 0;
    bool packed = false;  // or not to be packed
  };
  // Sorted; the last is the newest.
  const std::vector<Segment>& segments() const { return segments_; }
  // Time of the newest record.
  std::optional<WallTime> newest() const { return newest_; }
  // Records that were missing among those that open() read.
  uint64_t records_missing() const { return records_missing_; }
  // Numbers that open() passed over, first and last, because an earlier daemon may have given them
  // out for records that a power cut has taken.
  std::optional<std::pair<uint64_t, uint64_t>> left_out() const { return left_out_; }
  // Why.
  const std::string& why_left_out() const { return why_left_out_; }
  // More than can be published before the kernel has written the first of it.
  static constexpr uint64_t numbers_left_out = 1'000'000'000;
  // More than are given out from one mark to the next.
  static constexpr uint64_t numbers_reserved = 1 << 24;

 private:
  Writer(Storage& storage, WriterOptions options)
      : storage_(&storage), options_(options), plan_(options.durability) {}
  Result<> read_segments();
  Result<> scan();
  void sync_soon(size_t segment, std::shared_ptr<StorageFile> file);
  void continue_newest(uint64_t end);
  void note_time(const RecordHeader& header);
  bool must_rotate(size_t bytes, const RecordHeader& next) const;
  Result<> begin_segment(const RecordHeader& next);
  void retire(int64_t wall);
  void leave_numbers_out();
  void leave_out_what_is_missing();
  void begin_anew();
  Result<> sync_now(StorageFile& file);
  Result<> mend(const SyncPlan::Dirty& failed);

  Storage* storage_;
  WriterOptions options_;
  Numbering numbering_;
  std::vector<Segment> segments_;
  std::vector<std::optional<SegmentHeader>> headers_;  // of segments_, while opening
  std::shared_ptr<StorageFile> file_;  // the newest, shared with its sync; none: begin one first
  uint64_t end_ = 0;
  uint32_t last_length_ = 0;
  std::optional<WallTime> newest_;
  std::optional<Nanos> clock_offset_;  // of the newest segment: highest time less monotonic time
  uint64_t records_missing_ = 0;
  std::optional<std::pair<uint64_t, uint64_t>> left_out_;
  std::string why_left_out_;
  bool known_found_ = false;  // the segment that is remembered
  bool taken_away_ = false;   // since the last look
  // The first record must be on the disk before anybody is told of it (JOURNAL.md).
  bool first_kept_ = true;
  SyncPlan plan_;
};

}  // namespace muster::journal
