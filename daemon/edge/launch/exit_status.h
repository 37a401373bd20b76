// How a process ended, as far as the kernel still knows it, without reaping it.
#pragma once

#include "daemon/core/event.h"

namespace muster {

// It is nothing while the process is alive. `pidfd` is of this very process. Ours or another's,
// reaped or not: where it cannot be known any more, the status is unknown.
std::optional<ExitStatus> exit_status_of(pid_t pid, int pidfd);

}  // namespace muster
