// Tells whether processes are about to accept at a socket, as far as the kernel says it: by the
// system call in which each thread waits, and by the sets of epoll. No process notices. Keeps: if
// anything is not known the answer is yes, so that no server is held for one that sleeps.
#pragma once

#include <cstdint>
#include <vector>

#include "daemon/edge/linux/proc_fs.h"

namespace muster {

// `inode` is that of the socket.
bool may_accept(const std::vector<ProcessEntry>& members, uint64_t inode);

}  // namespace muster
