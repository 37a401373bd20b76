// A seed is a life of a daemon: the real core in a world of faults, with clients that ask for
// anything. First a time of faults and requests, then a calm in which the wish must be reached,
// then the end. The clock jumps from one happening to the next.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/note.h"

namespace muster::sim {

struct Failure {
  uint64_t seed;
  std::string what;
  std::vector<std::string> trace;  // what led to it, oldest first
};

// Changes what the core has decided, or what the world tells it, before anybody sees it: plants a
// violation, to show that the checker would find one.
struct Tamper {
  std::function<void(std::vector<Action>&)> actions;
  std::function<bool(const Event&)> swallows;
  std::function<void(Note&)> notes = {};
};

// An empty text is good news.
std::optional<Failure> simulate(uint64_t seed, const Tamper& tamper = {});

}  // namespace muster::sim
