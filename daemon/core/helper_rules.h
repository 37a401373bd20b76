// When a helper, a program of ours beside the app, is started again after its end, and whether an
// operator should know. Pure. Keeps: one that has run for a while is started again at once; one
// that keeps failing is tried ever more seldom, and is an alarm for as long as it does.
#pragma once

#include <algorithm>

#include "base/time.h"

namespace muster {

class HelperRules {
 public:
  static constexpr Nanos settled_after = 10s, first_pause = 100ms, longest_pause = 10s;
  static constexpr int alarming = 3;  // ends in a row

  void on_start(MonoTime now) { started_ = now; }
  // The time to wait until it is started again.
  Nanos on_end(MonoTime now) {
    if (now - started_ >= settled_after) ends_ = 0;
    ends_ = std::min(ends_ + 1, most_ends);
    return std::min(first_pause * (1 << (ends_ - 1)), longest_pause);
  }
  // Each of the first ends is told; after that the alarm says it.
  bool is_news() const { return ends_ <= alarming; }
  bool is_alarm(MonoTime now, bool runs) const {
    return ends_ >= alarming && !(runs && now - started_ >= settled_after);
  }
  // The reason of its failures may be gone.
  void forget() { ends_ = 0; }

 private:
  static constexpr int most_ends = 20;
  MonoTime started_{};
  int ends_ = 0;  // in a row
};

}  // namespace muster
