// The daemon of an app of the machine, for its own user and for root: found by what the unit of
// systemd goes by, with no variable set.
#pragma once

#include "ctl/exit_code.h"
#include "proto/endpoints.h"
#include "proto/naming.h"

namespace muster {

// Sets MUSTER_HOME for this program where the app is one of the machine's, and gives it the name
// that it has there. Root becomes its user for good. Answers whether it has: not where a variable
// says the place, the app is another user's, another directory is meant, or a daemon runs in `own`,
// the place that it has without this.
Outcome<bool> take_machine_place(FoundApp& app, const Endpoints& own);

}  // namespace muster
