// The rights that muster-front gives up before it takes its first byte from the network. Keeps:
// from then on neither it nor a thread of it can start a program or a process, change a file,
// signal or look into another process, or ask the kernel for more than sockets, memory and time,
// and what it can take of memory and descriptors is bounded.
#pragma once

#include "base/result.h"

namespace muster {

// A sanitizer's own runtime needs what is given up.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool has_filter = false;
#else
inline constexpr bool has_filter = true;
#endif

// Fails where the kernel has no filters: then nothing is to be served.
Result<> give_up_rights();

}  // namespace muster
