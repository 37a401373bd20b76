// How a client of a daemon's sockets comes back after the daemon was away; for client and
// subscriber alike.
#pragma once

#include "base/time.h"

namespace muster {

constexpr int reconnect_ms = 20, reconnect_most_ms = 500, reconnect_steady_ms = 4;

inline MonoTime mono_now() { return read_clocks().mono; }

}  // namespace muster
