// Gets the journal onto the disk in the thread pool, at the times that the router asks for, one
// sync at a time; nothing in durability class `page`. Decides nothing.
#pragma once

#include <memory>
#include <string>

#include "base/uv/timer.h"
#include "base/uv/turn.h"
#include "base/uv/work.h"
#include "router/router.h"

namespace muster {

class JournalSync {
 public:
  JournalSync(Loop& loop, Router& router);
  ~JournalSync();

  // When the loop has ended: closes the journal, waiting for the disk.
  void finish();

 private:
  void plan();
  void begin();
  void end(const journal::SyncTask& task);

  Loop& loop_;
  Router& router_;
  std::string told_;  // the trouble that was logged last
  // The one under way; its thread owns it too, because the thread may outlive us.
  std::shared_ptr<journal::SyncTask> task_;
  Timer due_;
  Prepare before_waiting_;
  Work work_;
};

}  // namespace muster
