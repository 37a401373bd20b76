// Attached runs and visits from the beginning: connects to the daemon, and takes our terminal where
// we have one. Keeps: returns when it is over, with the exit status of what ran.
#pragma once

#include <string>

#include "ctl/exit_code.h"
#include "ctl/session.h"
#include "proto/message.h"

namespace muster {

Outcome<int> attach_to(const Session& session, std::string process);
// Asks for a terminal where we have one and `with_terminal` is wished.
Outcome<int> run_attached(const Session& session, RunRequest request, bool with_terminal,
                          std::string announcement);

}  // namespace muster
