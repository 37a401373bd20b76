// The sentences that an operator should look at: what has been put right, for an hour, and what has
// not, for as long as it is said again at each look. Keeps no more than a screen shows.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "base/time.h"

namespace muster {

class AlarmList {
 public:
  // It has happened; the same sentence again renews it.
  void add(const std::string& text, Now now);

  // A sentence that is said after this holds until the next look.
  void begin_look() { lasting_.clear(); }
  void say(std::string text);

  std::vector<std::string> all(Now now) const;

 private:
  struct Past {
    std::string text;
    Now at;
  };
  static constexpr Nanos shown_for = 1h;
  static constexpr size_t most = 32;

  std::deque<Past> past_;  // the oldest first
  std::vector<std::string> lasting_;
};

}  // namespace muster
