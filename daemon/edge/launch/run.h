// The run that launches belong to.
#pragma once

#include <cstdint>
#include <string>

namespace muster {

// A run lasts from a fresh start to the end of everything, over any number of supervisors.
struct Run {
  std::string token;         // of no other run on this machine
  uint64_t first_start = 0;  // of its first supervisor, in the machine's units since boot: a child
                             // of the keeper that is older is none of ours
  std::string cgroup;        // the directory of that of its launches; empty: they have none
  std::string secret = {};   // by which their processes are marked; in no environment
};

}  // namespace muster
