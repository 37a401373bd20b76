// How long a subscriber waits and how much it lets wait, each with its reason. A part of
// subscriber.cc.
#pragma once

#include "base/time.h"

namespace muster {

// Messages of the bus that wait while we are busy. Each may hold a window's worth, so 64 MiB.
inline constexpr int receive_queue = 256;
// How long it is quiet before we make sure that nothing is missing. The first time soon, because
// our subscription may have taken effect just after the replay had ended.
inline constexpr Nanos first_check = 50ms, busy_check = 1s, longest_check = 4s;
// ...and how long it may go on without such a check while some of our topics are busy: the last
// record of another may be missing. It also keeps short what has to be looked through for a gap.
inline constexpr Nanos flowing_check = 4s;
// A replay that says nothing for so long is asked whether it is still there...
inline constexpr Nanos probe_every = 1s;
// ...and begun anew after so long, doubled each time: it may be reading a large journal.
inline constexpr Nanos first_patience = 10s, longest_patience = 80s;
// A replay may be refused because the daemon serves many.
inline constexpr Nanos retry_after = 500ms;
inline constexpr int most_retries = 20;
// How long to wait on the bus before looking whether there still is a daemon.
inline constexpr Nanos daemon_check = 500ms;

}  // namespace muster
