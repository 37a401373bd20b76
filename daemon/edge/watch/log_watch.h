// Waits for a line of a launch that shows that it is ready. Looks at records as they are published,
// and at none while no launch waits: the way of a line is no longer for it. Tells in a turn of the
// loop of its own, because the publisher is in the middle of something.
#pragma once

#include <functional>
#include <map>
#include <string_view>
#include <vector>

#include "base/line_pattern.h"
#include "base/uv/timer.h"
#include "daemon/core/event.h"

namespace muster {

class LogWatch {
 public:
  // `sink` gets Ready, once per watch.
  LogWatch(Loop& loop, std::function<void(Event)> sink);

  // For a line in which the expression is found; one that is none is never found.
  void watch(LaunchId launch, const std::string& expression);
  void forget(LaunchId launch);  // harmless if it is not watched

  // The payload of a record.
  void see(std::string_view payload) {
    if (!watched_.empty()) look_at(payload);
  }

 private:
  void look_at(std::string_view payload);
  void tell();

  std::function<void(Event)> sink_;
  std::map<LaunchId, LinePattern> watched_;
  std::vector<LaunchId> seen_;
  Timer tell_;
};

}  // namespace muster
