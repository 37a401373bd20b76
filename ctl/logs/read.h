// The log as it was asked for, printed: from the daemon while it runs, else from the journal
// itself.
#pragma once

#include "ctl/logs/reading.h"

namespace muster {

Outcome<int> read_logs(const Session& session, LogReading reading);

}  // namespace muster
