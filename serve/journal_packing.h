// Packs closed segments of the journal in the thread pool, a step at a time with a pause after
// each, so that it never takes more than a small part of a core. Decides nothing.
#pragma once

#include <memory>

#include "base/uv/timer.h"
#include "base/uv/turn.h"
#include "base/uv/work.h"
#include "router/journal/packer.h"
#include "router/router.h"

namespace muster {

class JournalPacking {
 public:
  JournalPacking(Loop& loop, Router& router);
  // A segment that is not finished is thrown away.
  ~JournalPacking();

 private:
  struct Job;

  void look();
  void step();
  void after_step();

  // A step of 1 MiB takes some 4 ms: a busy journal is packed at 10 MiB/s at most, or when it is
  // quiet.
  static constexpr Nanos pause = 100ms;

  Router& router_;
  std::shared_ptr<Job> job_;  // its thread owns it too, because the thread may outlive us
  Timer next_;
  Prepare before_waiting_;
  Work work_;
};

}  // namespace muster
