// Sentences for people about a port that a launch does not listen on: the process that has it, or
// the ports on which the launch listens instead. Walks through /proc, so it is for a crash and for
// a look every few seconds.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "daemon/edge/linux/proc_fs.h"
#include "daemon/edge/watch/port_watch.h"

namespace muster {

// "port 5000 is taken by pid 4564 (python3, app shop)"; `inodes` are those of the sockets that
// listen there.
std::string taken_port_text(uint32_t port, const std::set<uint64_t>& inodes);

// "nothing of it listens on port 5000 yet (it listens on 8000)".
std::string silent_port_text(uint32_t port, const Listeners& listeners,
                             const std::vector<ProcessEntry>& members);

}  // namespace muster
