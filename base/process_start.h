// A process as /proc shows it. The time of its start tells it from a later one of the same number.
#pragma once

#include <cstdint>

namespace muster {

// In the kernel's ticks since boot; 0 if the process is not there, has ended, or is not to be seen.
uint64_t start_of_process(int64_t pid);

// 0 if the process is not there, or was started by the kernel.
int64_t parent_of_process(int64_t pid);

}  // namespace muster
