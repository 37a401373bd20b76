// A launch that is kept apart from the machine: it has its own processes, and of every file system
// a copy whose changes lie in memory and are gone with it. The first three are steps, to be taken
// in this order before anything of privilege is given up. Each returns false with errno if it
// fails. Keeps: what is not a copy is not writable, and whichever of these three is killed, no
// process is left.
#pragma once

#include <stdint.h>

namespace muster {

// the one that was called   waits, ends as the program ends, and with it all the others; has no
//                           number inside, but all else that they have
// the init                  number 1 of the own processes; reaps, ends all when the program ends
// the program               the only one that returns from the last step

// Returns in the init. Where we are not allowed to, as a user namespace allows it to everybody.
bool enter_namespaces();

// All copies together hold so many bytes of changes. A file that the kernel cannot copy is
// read-only. After it no file of the machine can be reached but through them, and nothing be
// mounted. The files below `directory` can be changed by its owner in any case.
bool layer_files(uint64_t bytes, const char* directory);

// Whether they could be entered only so.
bool is_in_user_namespace();

// Standard descriptors that are /dev/null become the view's, because through another one the mode
// of the machine's own could be changed.
bool open_null_here();

// Returns in the program, which leads a session, because that is numbered where it is. Signals to
// the one outside are for the program, which gets them itself. Both have given up privileges.
bool leave_init();

// Another program that sees what that of an isolated launch sees, which was called as `outside`.
// Returns in it, as from `leave_init`. Two processes come of it, without an init of their own.
bool enter_midst(int outside);

}  // namespace muster
