// Starts a program in a cgroup, from its first instruction on, as posix_spawn cannot (before glibc
// 2.39). Otherwise like it: shares the memory until exec, so that nothing of it is copied.
#pragma once

#include <sys/types.h>
#include <span>

namespace muster {

// The program at `path`, in a session of its own, with no signal blocked and `stdio` as its
// descriptors from 0 on.
// `cgroup` is an open directory of one. The error number, or 0 and the pid; after an error nothing
// was started. Not every kernel or container allows it.
int spawn_into(int cgroup, const char* path, char* const* argv, char* const* environment,
               std::span<const int> stdio, pid_t& pid);

}  // namespace muster
