// How client and subscriber come back after the daemon was away: who awaits an answer at a steady
// pace, a subscriber, which may wait for days, ever more seldom.
#pragma once

#include "base/time.h"

namespace muster {

constexpr int reconnect_ms = 20, reconnect_most_ms = 500, reconnect_steady_ms = 4;

inline MonoTime mono_now() { return read_clocks().mono; }

}  // namespace muster
