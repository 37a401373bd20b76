// The queue of a listening socket: the clients that have connected and were not accepted. The
// kernel is asked, and no client or server notices.
#pragma once

#include <cstdint>

namespace muster {

// The number that wait; 1 or 0 for a socket of this machine if the kernel does not say the number.
uint32_t queue_at(int listener);

}  // namespace muster
