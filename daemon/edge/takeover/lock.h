// The rule of one daemon per app: three locks are taken before any socket is bound, since a second
// bind would silently steal the first's path. Two are files, in the runtime and in the state
// directory, either of which may be taken away under a daemon; the third is a name that no file
// stands for. The kernel releases them with the process, however that ends.
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

#include <sys/types.h>

namespace muster {

// Keeps the lock for as long as the descriptor, or a duplicate of it, is open. `pid` is the one to
// signal; the file then holds "PID DIRECTORY\n". If
// another daemon has it, the error names that daemon's pid and directory.
Result<UniqueFd> take_lock(const std::string& path, pid_t pid, const std::string& directory);
// The holder of the lock says that its pid is another now.
Result<> sign_lock(int lock, pid_t pid, const std::string& directory);

// The name of this place (machine.h), as that of a socket to which no process can connect. If
// another daemon has it, the error names its pid; none is returned where it is a stranger's, so
// that it says nothing.
Result<UniqueFd> take_name(const std::string& place);

}  // namespace muster
