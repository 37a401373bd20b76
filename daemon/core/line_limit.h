// How fast the lines of one launch may be taken: a bucket that holds a second's worth of lines and
// is filled at the rate. Pure, and knows no pipe: it says how many bytes to read and when to come
// again, and is told what came. Keeps: over any time, no more lines than the rate allows, but for
// what one reading brings too many, which is paid back before the next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.h"

namespace muster {

class LineLimit {
 public:
  LineLimit(uint32_t lines_per_second, MonoTime now);

  uint32_t rate() const { return rate_; }

  // How many bytes may be read, by the length of the lines so far. 0: there may be something to
  // read, but not before due().
  size_t allow(MonoTime now);
  void took(uint64_t lines, size_t bytes);
  MonoTime due() const { return full_at_ - burst + slice_; }

  // It is to end: from now on there is no limit.
  void lift(MonoTime now);

  // Whether it has just come to be held back, and that was not told for a while.
  bool take_beginning(MonoTime now);

  // For how long it has been held back untold, if it is time to tell: at most once in
  // `notice_every`, or at the end.
  std::optional<Nanos> take_held_back(MonoTime now, bool at_end = false);

  static constexpr Nanos burst = std::chrono::seconds(1);
  static constexpr Nanos notice_every = std::chrono::seconds(10);

 private:
  // A hundredth of a second's worth at least is let through at a time, and one line at least.
  static constexpr Nanos shortest_slice = std::chrono::milliseconds(10);

  uint32_t rate_;
  Nanos per_line_, slice_;
  MonoTime full_at_;  // when the bucket would be full: each line that is taken moves it on
  uint64_t lines_ = 0, bytes_ = 0;
  bool lifted_ = false;
  std::optional<MonoTime> held_since_;
  Nanos held_back_{};
  std::optional<MonoTime> told_at_;  // or, before that, when it was first held back
  std::optional<MonoTime> beginning_told_at_;
};

}  // namespace muster
