// One daemon per app: the lock is taken before any socket is bound, since a second bind would
// silently steal the first's path. The kernel releases it with the process, however that ends.
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
// Who holds the lock says that its pid is another now.
Result<> sign_lock(int lock, pid_t pid, const std::string& directory);

}  // namespace muster
