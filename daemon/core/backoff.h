// Whether a process that has ended by itself is launched again, and how long it waits before. The
// first crash is forgiven at once; from the second in a row on the wait doubles, up to a cap.
#pragma once

#include <algorithm>

#include "daemon/config/settings.h"

namespace muster {

// `crashes` in a row, the one just now included.
inline Nanos backoff_delay(uint32_t crashes, Nanos base, Nanos cap) {
  if (crashes < 2) return Nanos(0);
  Nanos delay = base;
  for (uint32_t n = 2; n < crashes && delay < cap; n++) delay *= 2;
  return std::min(delay, cap);
}

// It ended, and that was what it was for. A status that is unknown never says that.
inline bool ends_well(const Restarting& restarting, std::optional<int32_t> status) {
  const auto& good = restarting.success;
  return restarting.when != Restart::always && status &&
         std::find(good.begin(), good.end(), *status) != good.end();
}

// Keeps the crashes that count for the limit, the one just now included.
inline void remember_crash(std::vector<MonoTime>& crashed_at, MonoTime now, const GiveUp& limit) {
  std::erase_if(crashed_at, [&](MonoTime time) { return now - time > limit.within; });
  crashed_at.push_back(now);
}

// After a crash that is remembered.
inline bool is_worth_trying(const Restarting& restarting, const std::vector<MonoTime>& crashed_at) {
  if (restarting.when == Restart::never) return false;
  return !restarting.give_up || crashed_at.size() < restarting.give_up->crashes;
}

}  // namespace muster
