// See journal_packing.h. Looks once a turn, after all that the turn has written. A segment that
// fails is left plain until the next start: it is not worth a try a minute.
#include "serve/journal_packing.h"

#include <spdlog/spdlog.h>

namespace muster {

struct JournalPacking::Job {
  std::unique_ptr<journal::Packer> packer;
  Result<journal::Packer::Step> outcome = journal::Packer::Step::more;
};

JournalPacking::JournalPacking(Loop& loop, Router& router)
    : router_(router),
      next_(loop, [this] { job_ ? step() : look(); }),
      before_waiting_(loop, [this] { look(); }),
      work_(loop) {
  before_waiting_.unref();
  before_waiting_.on();
}

JournalPacking::~JournalPacking() {
  if (job_) (void)router_.end_packing(*job_->packer, false);
}

void JournalPacking::look() {
  if (job_ || next_.armed()) return;
  auto packer = router_.begin_packing();
  if (!packer) return;
  job_ = std::make_shared<Job>(Job{std::move(packer)});
  step();
}

void JournalPacking::step() {
  work_.start([job = job_] { job->outcome = job->packer->step(); }, [this] { after_step(); });
}

void JournalPacking::after_step() {
  next_.after(pause);
  const bool over = !job_->outcome || *job_->outcome == journal::Packer::Step::done;
  if (!over) return;
  if (!job_->outcome) spdlog::warn("journal: a segment is not packed: {}", job_->outcome.message());
  auto ended = router_.end_packing(*job_->packer, job_->outcome.has_value());
  if (!ended) spdlog::warn("journal: {}", ended.message());
  job_.reset();
}

}  // namespace muster
