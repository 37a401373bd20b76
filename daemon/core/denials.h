// The number of refusals of requests beyond a role that are told as events. Keeps: however often
// clients are refused, the journal gets no more than a few lines a second of it, and loses no
// count.
#pragma once

#include <algorithm>
#include <utility>

#include "base/time.h"

namespace muster {

class Denials {
 public:
  // A program that tries all there is; more than that is a program that asks without end.
  static constexpr int64_t at_once = 100, a_second = 1;

  // True if one more is told now; otherwise it is counted.
  bool take(MonoTime now) {
    if (now - filled_ >= std::chrono::seconds(1)) {
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - filled_).count();
      left_ = std::min(at_once, left_ + std::min<int64_t>(seconds, at_once) * a_second);
      filled_ = now;
    }
    if (left_ > 0) {
      left_--;
      return true;
    }
    untold_++;
    return false;
  }
  uint64_t take_untold() { return std::exchange(untold_, 0); }

 private:
  MonoTime filled_{};
  int64_t left_ = at_once;
  uint64_t untold_ = 0;
};

}  // namespace muster
