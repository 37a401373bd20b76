// The living processes of this app's launches, whatever was remembered: asked of every process of
// this pid namespace by the mark in its environment, and of the cgroups of its runs. Only looks.
// Keeps: a stranger is not taken for one of ours, since a mark can be copied: it is believed of a
// process of our own user, of one in a cgroup of such a run, and of one that prints into a pipe of
// ours.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemon/core/reconcile.h"
#include "daemon/edge/store/ledger.h"

namespace muster {

struct Survey {
  std::vector<Living> living;
  LivingRuns runs;
};

// Runs of this place (machine.h), and those that are known.
Survey survey_living(const std::string& app, const std::string& place, const KnownRuns& known);

// Ends them and all of their sessions: SIGTERM, and SIGKILL after a moment.
void end_living(const std::vector<Living>& living);

}  // namespace muster
