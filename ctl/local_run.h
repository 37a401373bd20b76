// A command in the environment of an app of which no daemon runs, as `foreman run` does it: in the
// app's own directory, in the place of this program.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "ctl/exit_code.h"
#include "ctl/session.h"

namespace muster {

// Whether that is meant: the app is that of this directory, which has a Procfile, and no daemon
// of any user runs it.
bool is_without_daemon(const Session& session);

// Comes back only where it fails. `env` is on top of everything.
Outcome<int> run_locally(const std::vector<std::string>& command,
                         const std::map<std::string, std::string>& env);

}  // namespace muster
