// Bookkeeping; SyncTask::run is all that waits for a disk.
#include "router/journal/sync_plan.h"

#include <algorithm>

namespace muster::journal {

// A directory entry that is lost takes its file with it, so it comes first. A file after one that
// failed is still worth syncing: the failed one is written again, this one need not be.
void SyncTask::run() {
  if (directory)
    if (auto synced = directory->sync(); !synced) directory_error = synced.error();
  for (auto& part : parts) part.outcome = part.file->sync();
}

void SyncPlan::began(Dirty segment) {
  if (!on()) return;
  forget(segment.segment);  // one of the same name, whose creation was interrupted
  seq_ = segment.seq;
  directory_dirty_ |= segment.durable_end < segment.end;
  dirty_.push_back(std::move(segment));
  drop_clean();
}

void SyncPlan::wrote(uint64_t end, uint64_t seq) {
  if (!on()) return;
  seq_ = seq;
  dirty_.back().end = end;
  dirty_.back().seq = seq;
}

void SyncPlan::forget(uint64_t segment) {
  std::erase_if(dirty_, [&](auto& dirty) { return dirty.segment == segment; });
}

void SyncPlan::replace(uint64_t failed, Dirty with) {
  if (Dirty* dirty = find(failed)) *dirty = std::move(with);
  directory_dirty_ = true;
}

SyncPlan::Dirty* SyncPlan::find(uint64_t segment) {
  auto found = std::find_if(dirty_.begin(), dirty_.end(),
                            [&](auto& dirty) { return dirty.segment == segment; });
  return found == dirty_.end() ? nullptr : &*found;
}

const SyncPlan::Dirty* SyncPlan::failed() const {
  auto found = std::find_if(dirty_.begin(), dirty_.end(), [](auto& dirty) { return dirty.failed; });
  return found == dirty_.end() ? nullptr : &*found;
}

bool SyncPlan::holds(uint64_t segment) const {
  return std::any_of(dirty_.begin(), dirty_.end(),
                     [&](auto& dirty) { return dirty.segment == segment; });
}

std::optional<MonoTime> SyncPlan::due() const {
  bool wanted = directory_dirty_ || std::any_of(dirty_.begin(), dirty_.end(), [](auto& dirty) {
                  return dirty.failed || dirty.durable_end < dirty.end;
                });
  if (!wanted || under_way_) return {};
  return next_;
}

SyncTask SyncPlan::begin(Storage& storage, MonoTime now) {
  under_way_ = true;
  next_ = durability_ == Durability::group ? now + group_pause : now;
  SyncTask task;
  for (auto& dirty : dirty_)
    if (!dirty.failed && dirty.durable_end < dirty.end)
      task.parts.push_back({dirty.file, dirty.segment, dirty.end, dirty.seq});
  if (std::exchange(directory_dirty_, false)) {
    auto directory = storage.open_directory();
    if (directory)
      task.directory = std::move(*directory);
    else
      task.directory_error = directory.error();
  }
  return task;
}

void SyncPlan::end(const SyncTask& task) {
  under_way_ = false;
  std::string trouble;
  if (task.directory_error) {
    trouble = task.directory_error->message;
    directory_dirty_ = true;
  }
  for (auto& part : task.parts) {
    Dirty* dirty = find(part.segment);
    if (!dirty || dirty->file != part.file || !part.outcome) continue;
    if (!*part.outcome) {
      dirty->failed = true;
      trouble = part.outcome->message();
    } else if (!task.directory_error) {
      dirty->durable_end = part.end;
      dirty->durable_seq = part.seq;
    }
  }
  if (trouble.empty() && failed()) trouble = trouble_;  // it could not be written again either
  if (!trouble.empty()) next_ += pause_after_failure;
  trouble_ = std::move(trouble);
  drop_clean();
}

void SyncPlan::drop_clean() {
  while (dirty_.size() > 1 && dirty_.front().durable_end == dirty_.front().end) dirty_.pop_front();
}

}  // namespace muster::journal
