// The copies of the file systems. A single tmpfs holds the changes to all of them; each is laid
// over what it is a copy of. Knows nothing of devices and of what the kernel shows.
#pragma once

#include <stdint.h>
#include <sys/types.h>

namespace muster {

constexpr char changes[] = "/proc";   // where the tmpfs is
constexpr char root[] = "/proc/new";  // where what becomes / is being built

// To be called once, in a mount namespace of our own. False with errno.
bool lay_copies(uint64_t bytes);

// Once more, where in a user namespace a directory above it is somebody else's, who is nobody
// there: so that what lies below this one can be changed. Others that lie above it come first.
void copy_place(const char* place);

// A file or a directory in another place, where nothing can be written and no device opened. False:
// it is not there at all.
bool show_read_only(const char* path, const char* place);
// The same for whatever it is: not even its mode can be changed there.
bool bind_read_only(const char* path, const char* place, unsigned long flags = 0);

// The current directory, which must be a mount. The old one is gone.
bool become_root();

bool make_directory(const char* path, mode_t mode, uid_t user = uid_t(-1), gid_t group = gid_t(-1));

}  // namespace muster
