// The processes of an app that run after a push was refused, as its author is told: asked of the
// daemon, not concluded from the processes that were to be.
#pragma once

#include <optional>
#include <string>

#include "ctl/session.h"

namespace muster {

enum class Came : uint8_t {
  to_nothing,  // no release was made
  and_went,    // one was made, and has been taken back
};

// A sentence: "v4 still runs: web=2 worker=1". Where a release was taken back it waits a moment for
// what runs again to be up.
std::string what_runs_now(const Session& session, const std::string& app, Came came);

}  // namespace muster
