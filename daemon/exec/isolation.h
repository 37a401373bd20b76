// A launch that is kept apart from the machine: it has its own processes, and of every file system
// a copy whose changes lie in memory and are gone with it. The first three are steps, to be taken
// in this order before anything of privilege is given up. Each returns false with errno if it
// fails. Keeps: what is not a copy is not writable, and whoever of these three is killed, nobody is
// left.
#pragma once

#include <stdint.h>

namespace muster {

// the one that was called   outside; waits, ends as the program ends, and with it all the others
// the init                  number 1 of the own processes; reaps, ends all when the program ends
// the program               the only one that returns from the last step

// Returns in the init. Where we are not allowed to, as a user namespace allows it to everybody.
bool enter_namespaces();

// All copies together hold so many bytes of changes. What the kernel cannot copy is read-only.
// After it no file of the machine can be reached but through them, and nothing be mounted.
bool layer_files(uint64_t bytes);

// Returns in the program, which leads a session.
bool leave_init();

// Another program that sees what that of an isolated launch sees, which was called as `outside`.
// Returns in it; it leads a session. Two processes come of it, without an init of their own.
bool enter_midst(int outside);

}  // namespace muster
