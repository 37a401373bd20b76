// Files and directories that decide what a program does, and that no stranger may slip under it:
// only the program's own user and the machine's administrator can change what is found there. All
// of Muster's programs look with these functions. Keeps: nothing that is opened here makes its
// caller wait, whatever it is. An empty descriptor means that there is no such thing.
#pragma once

#include <sys/types.h>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace muster {

enum class Missing : uint8_t { leave, make };  // what becomes of directories that are not there

// The directory at an absolute path, walked to step by step. Each one on the way belongs to `user`,
// to root or to the owner of `/`, and is not writable by others, except that these may make files
// of their own in one like /tmp. A link on the way is followed if one of the three has made it.
Result<UniqueFd> walk_to_directory(const std::string& path, uid_t user, Missing missing);

// The one called `name` in `parent`: no link, `user`'s own, and writable by no other user. `path`
// is what messages call it.
Result<UniqueFd> own_directory(int parent, const std::string& name, const std::string& path,
                               uid_t user, Missing missing);

// A regular file, or a failure at once: never a link, a FIFO or a device. `flags` as for open(2);
// what is created is for its owner alone.
Result<UniqueFd> open_regular(const std::string& path, int flags);

// A regular file in `directory` or below it, to be read. A link may lead to it, but none that leads
// out of the directory.
Result<UniqueFd> open_beneath(const std::string& directory, const std::string& name);

// Fails if the program that listens at a socket's path is neither `user`'s nor root's. A socket
// that is not there, or at which no process listens now, is no failure.
Result<> check_listener(const std::string& path, uid_t user);

}  // namespace muster
