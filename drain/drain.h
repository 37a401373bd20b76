// A drain at work: the core's decisions carried out, between a daemon's stream and a sink. Keeps:
// the core's actions are done in their order, and one that the disk refuses ends the program before
// the next is done.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/uv/loop.h"
#include "base/uv/timer.h"
#include "drain/core/core.h"
#include "drain/place.h"
#include "drain/sinks/sink.h"
#include "drain/source.h"

namespace muster::drain {

struct DrainSetup {
  Endpoints daemon;
  SinkSetup sink;
  Policy policy;
  bool from_start = false;  // a drain without a cursor begins with the oldest record
};

class Drain {
 public:
  Drain(Loop& loop, ZmqContext& context, DrainSetup setup, Place place);

  // The loop ends when all that is there was shipped, or after the grace.
  void finish(Nanos grace);
  // The reason for an end that was not asked for; empty: there is none.
  const std::string& failure() const { return failure_; }

 private:
  void take(const ReplayRecordsReply& reply);
  void begin(const Source::Place& place);
  void carry_out();
  Result<> carry_out(const Action& action);
  void on_answer(const Answer& answer);
  void tell(const std::string& trouble);
  void fail_with(const std::string& why);

  Loop& loop_;
  DrainSetup setup_;
  Place place_;
  Core core_;
  Timer due_, grace_;
  std::unique_ptr<Sink> sink_;
  Source source_;
  bool finishing_ = false;
  std::string told_, failure_;
  std::optional<MonoTime> told_at_;
};

}  // namespace muster::drain
