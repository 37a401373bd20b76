// Which records are on the disk for sure, and what must be synced next. Keeps: durable_seq() never
// goes beyond a record whose file has not been synced, and a file whose sync has failed is never
// synced again, because the kernel reports a lost page only once.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "router/journal/options.h"
#include "router/journal/storage.h"

namespace muster::journal {

// Files to be synced, oldest first. Shares them with the writer, so it may run in another thread
// and outlive it.
struct SyncTask {
  struct Part {
    std::shared_ptr<StorageFile> file;
    uint64_t segment = 0;                  // by its first seq
    uint64_t end = 0, seq = 0;             // what had been written to it
    std::optional<Result<>> outcome = {};  // none: not tried
  };
  std::vector<Part> parts;
  std::shared_ptr<StorageFile> directory;  // to be synced too, if it is there
  std::optional<Error> directory_error = {};

  void run();
};

class SyncPlan {
 public:
  // A segment of which not everything is on the disk for sure.
  struct Dirty {
    std::shared_ptr<StorageFile> file;
    uint64_t segment = 0;
    uint64_t end = 0, seq = 0;  // written up to here
    uint64_t durable_end = 0, durable_seq = 0;
    bool failed = false;
  };

  explicit SyncPlan(Durability durability) : durability_(durability) {}
  bool on() const { return durability_ != Durability::page; }

  // The next records are written to this segment.
  void began(Dirty segment);
  void wrote(uint64_t end, uint64_t seq);
  // Deleted, or written again elsewhere.
  void forget(uint64_t segment);
  // The records of a failed segment that had not reached the disk were written to this one, which
  // is new.
  void replace(uint64_t failed, Dirty with);

  // When to begin a sync; nothing while there is none to make or one is under way.
  std::optional<MonoTime> due() const;
  SyncTask begin(Storage& storage, MonoTime now);
  void end(const SyncTask& task);

  uint64_t durable_seq() const { return dirty_.empty() ? seq_ : dirty_.front().durable_seq; }
  // Whether something of the segment may not be on the disk.
  bool holds(uint64_t segment) const;
  // The oldest segment whose sync has failed.
  const Dirty* failed() const;
  // Why the last sync failed; empty since one has succeeded.
  const std::string& trouble() const { return trouble_; }
  // So many segments wait that no more may begin.
  bool full() const { return dirty_.size() > max_dirty; }

  static constexpr Nanos group_pause = 50ms;
  static constexpr Nanos pause_after_failure = 1s;
  // Each holds a descriptor; a disk that is this far behind must not be given more.
  static constexpr size_t max_dirty = 16;

 private:
  Dirty* find(uint64_t segment);
  void drop_clean();

  Durability durability_;
  std::deque<Dirty> dirty_;  // by segment; the last is written to
  uint64_t seq_ = 0;
  bool directory_dirty_ = false, under_way_ = false;
  MonoTime next_{};
  std::string trouble_;
};

}  // namespace muster::journal
