// The cgroups of a run: one for each launch, below one of the app. Keeps: no other daemon's is ever
// touched, and a launch has either been started in the one that is there for it or not at all, or
// is found the old way (process_tree.h). Where one cannot be made, that launch has none.
//
//   CGROUP-OF-THE-DAEMON/          keeper and supervisor
//     muster-APP-TOKEN/            of the run; nobody is in it itself, so limits may be set below
//     it
//       web.1-17/                  of a launch
//       web.2-18/
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/action.h"
#include "daemon/edge/launch/quota_cgroups.h"
#include "daemon/edge/linux/cgroup.h"
#include "proto/process_name.h"

namespace muster {

class LaunchCgroups {
 public:
  // `directory` is that of the run, the same for all its supervisors. Empty: no launch gets one.
  // Makes nothing yet: only what the ledger tells of can be removed by a successor. QuotaCgroups
  // tells the purpose of `name`.
  explicit LaunchCgroups(const std::string& directory, const std::string& name = {},
                         pid_t keeper = 0);
  void keeper_changed(pid_t keeper) { quotas_.keeper_changed(keeper); }

  std::optional<Cgroup> make(const ProcessName& process, LaunchId launch) const;
  // That which an earlier supervisor has made.
  std::optional<Cgroup> find(const ProcessName& process, LaunchId launch) const;

  // In whose cgroup the process is, whatever else it says of itself.
  std::optional<LaunchId> owner(pid_t pid) const;

  // Those that limit it: what a launch has to enter besides that one, before it is started.
  StartResult<std::vector<Cgroup>> limit(const Launch& launch, const std::optional<Cgroup>& made);
  std::vector<Cgroup> find_limits(const Launch& launch) const;
  // Why no launch could have these limits, if none could: tried on an empty cgroup.
  std::optional<std::string> why_no_limits(const Quotas& quotas);

  // The launch is over: it is removed, at once or, where a process has not quite left it, later.
  void retire(const Cgroup& cgroup);
  void retry();
  // The cgroups that an earlier supervisor has left of launches that are over.
  void end_all_but(const std::set<LaunchId>& launches);
  // Removes those that other runs have left, whose names begin so, as far as no process is in them.
  void remove_left(std::string_view prefix) const;
  // No process is to run on: ends all of them and removes everything, within a second.
  void end();

 private:
  std::optional<Cgroup> app_;
  QuotaCgroups quotas_;
  std::vector<Cgroup> retired_;
};

}  // namespace muster
