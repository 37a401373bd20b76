// How long a process that keeps crashing waits before its next launch. The first crash is forgiven
// at once; from the second in a row on the wait doubles, up to a cap.
#pragma once

#include <algorithm>

#include "base/time.h"

namespace muster {

// `crashes` in a row, the one just now included.
inline Nanos backoff_delay(uint32_t crashes, Nanos base, Nanos cap) {
  if (crashes < 2) return Nanos(0);
  Nanos delay = base;
  for (uint32_t n = 2; n < crashes && delay < cap; n++) delay *= 2;
  return std::min(delay, cap);
}

}  // namespace muster
