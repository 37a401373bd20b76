// See line_limit.h.
#include "daemon/core/line_limit.h"

#include <algorithm>
#include <utility>

namespace muster {

LineLimit::LineLimit(uint32_t lines_per_second, MonoTime now)
    : rate_(lines_per_second),
      per_line_(std::max(burst / lines_per_second, Nanos(1))),
      slice_(std::max(shortest_slice, per_line_)),
      full_at_(now) {}

size_t LineLimit::allow(MonoTime now) {
  if (lifted_) return SIZE_MAX;
  full_at_ = std::max(full_at_, now);
  if (now < due()) {
    if (!held_since_) held_since_ = now;
    if (!told_at_) told_at_ = now;
    return 0;
  }
  if (held_since_) held_back_ += now - *std::exchange(held_since_, std::nullopt);
  const auto lines = static_cast<uint64_t>((now + burst - full_at_) / per_line_);
  return std::max<size_t>(1, lines) * std::max<uint64_t>(1, lines_ ? bytes_ / lines_ : bytes_);
}

void LineLimit::lift(MonoTime now) {
  if (held_since_) held_back_ += now - *std::exchange(held_since_, std::nullopt);
  lifted_ = true;
}

void LineLimit::took(uint64_t lines, size_t bytes) {
  lines_ += lines;
  bytes_ += bytes;
  full_at_ += lines * per_line_;
}

bool LineLimit::take_beginning(MonoTime now) {
  const auto last = std::max(told_at_, beginning_told_at_);
  if (!held_since_ || (beginning_told_at_ && now < *last + notice_every)) return false;
  beginning_told_at_ = now;
  return true;
}

std::optional<Nanos> LineLimit::take_held_back(MonoTime now, bool at_end) {
  if (at_end && held_since_) held_back_ += now - *std::exchange(held_since_, std::nullopt);
  if (held_back_ == Nanos(0) || (!at_end && now < *told_at_ + notice_every)) return std::nullopt;
  told_at_ = now;
  return std::exchange(held_back_, Nanos(0));
}

}  // namespace muster
