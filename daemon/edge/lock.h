// One daemon per app: the lock is taken before any socket is bound, since a second bind would
// silently steal the first's path. The kernel releases it with the process, however that ends.
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace muster {

// Keeps the lock for as long as the descriptor is open. The file then holds "PID DIRECTORY\n". If
// another daemon has it, the error names that daemon's pid and directory.
Result<UniqueFd> take_lock(const std::string& path, const std::string& directory);

}  // namespace muster
