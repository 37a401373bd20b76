// The copies of the file systems. One tmpfs holds the changes to all of them; each is laid over
// what it is a copy of. Knows nothing of devices and of what the kernel shows.
#pragma once

#include <stdint.h>
#include <sys/types.h>

namespace muster {

constexpr char changes[] = "/proc";   // where the tmpfs is
constexpr char root[] = "/proc/new";  // where what becomes / is being built

// To be called once, in a mount namespace of our own. False with errno.
bool lay_copies(uint64_t bytes);

// In another place, and not to be written there. False: it is not there at all.
bool show_read_only(const char* path, const char* place);

bool make_directory(const char* path, mode_t mode, uid_t user = uid_t(-1), gid_t group = gid_t(-1));

}  // namespace muster
