// From the command line, the app's files and what an earlier supervisor has kept to an AppSetup.
// Starts nothing. A user can be refused; a successor is not, whatever the files say.
#pragma once

#include "daemon/app.h"
#include "daemon/options.h"

namespace muster {

// Where the app is, and what of it an earlier supervisor has kept.
Result<AppSetup> locate(const DaemonOptions& options, KeeperLink& keeper);

// The rest. An error is one for a fresh start; where something is kept, whether that can be gone on
// with is found out by who reads the ledger.
Result<> prepare(const DaemonOptions& options, AppSetup& setup);

// Refuses an `exit_on` whose end cannot come with the formation that is to be started.
Result<> exit_on_can_come(const AppSetup& setup, const FormationCounts& wish);

}  // namespace muster
