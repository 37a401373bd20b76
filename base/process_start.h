// When a process was started, which tells it from a later one with the same number.
#pragma once

#include <cstdint>

namespace muster {

// In the kernel's ticks since boot; 0 if the process is not there, has ended, or is not to be seen.
uint64_t start_of_process(int64_t pid);

}  // namespace muster
