// Which of a launch's processes are asked first to end, before the rest of its tree. Looks at /proc
// and sends no signal. Keeps: the program that a type's command names is always among them.
#pragma once

#include <sys/types.h>
#include <vector>

#include "daemon/edge/linux/proc_fs.h"

namespace muster {

// The program itself: `generations` of ours stand between the leader and it. A shell that waits for
// another program ends without it, or has to wait for it with the signal in its hands: so those
// that a shell waits for are asked too. A shell that has a handler for the signal is trusted with
// those that it has put into the background. `members` are those of the launch; the leader is
// alive.
std::vector<ProcessEntry> asked_first(const std::vector<ProcessEntry>& members, pid_t leader,
                                      unsigned generations, int signal);

}  // namespace muster
