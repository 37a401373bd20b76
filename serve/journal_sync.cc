// See journal_sync.h. Looks once a turn, after all that the turn has written.
#include "serve/journal_sync.h"

#include <spdlog/spdlog.h>

#include "router/journal/sync_plan.h"

namespace muster {

JournalSync::JournalSync(Loop& loop, Router& router)
    : loop_(loop),
      router_(router),
      due_(loop, [this] { plan(); }),
      before_waiting_(loop, [this] { plan(); }),
      work_(loop) {
  before_waiting_.unref();
  if (router_.head().seq_durable) before_waiting_.on();
}
JournalSync::~JournalSync() = default;

void JournalSync::plan() {
  auto due = work_.busy() ? std::nullopt : router_.sync_due();
  if (!due) return;
  if (*due > loop_clock()) {
    if (!due_.armed()) due_.at(*due);
    return;
  }
  task_ = std::make_shared<journal::SyncTask>(router_.begin_sync(read_clocks()));
  work_.start([task = task_] { task->run(); }, [this] { end(*task_); });
}

void JournalSync::end(const journal::SyncTask& task) {
  router_.end_sync(task);
  std::string trouble = router_.sync_trouble();
  if (trouble == told_) return;
  if (trouble.empty())
    spdlog::info("journal: it gets onto the disk again");
  else
    spdlog::error("journal: {}; what may be lost is written again", trouble);
  told_ = std::move(trouble);
}

// A sync that is under way may be the only one to be told of an error, so it is waited for.
void JournalSync::finish() {
  while (work_.busy()) loop_.turn(true);
  if (auto closed = router_.close(read_clocks()); !closed) spdlog::error("{}", closed.message());
}

}  // namespace muster
