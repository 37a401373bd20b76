// Which processes belong to which launch: those of the leader's session, its descendants, and those
// that got away from both but were born with the launch's mark in their environment. The daemon is
// a subreaper, so whoever has lost its parent is a child of ours: a launch whose leader is dead
// has survivors only if one of our children that is no leader belongs to it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/core/event.h"
#include "daemon/edge/process_table.h"

namespace muster {

// Makes orphans of our descendants children of ours instead of init's.
Result<> become_subreaper();

class ProcessTree {
 public:
  // `app` tells our launches from those of a daemon that runs below us.
  explicit ProcessTree(std::string app);

  // The pairs that mark a launch's processes.
  Environment mark(LaunchId launch) const;

  // A leader was started in a session of its own. `outputs` are the inodes of the pipes that it
  // prints into: by them an orphan is known that has nothing else of us left.
  void add(LaunchId launch, pid_t leader, std::vector<uint64_t> outputs);
  void remove(LaunchId launch);
  bool is_leader(pid_t pid) const { return leaders_.count(pid) > 0; }

  // Reaps the children that have died and are not leaders, which are left to their Child. To be
  // called again after a leader was reaped.
  void reap_orphans() const;

  // The launches, of those whose leaders are dead, that still have live processes.
  std::set<LaunchId> survivors();

  // Every live process of the launch, by one reading of /proc that serves all calls until
  // `forget`.
  std::vector<ProcessEntry> members(LaunchId launch);
  void forget() { members_.reset(); }

  // Kills and reaps the orphans that nothing ties to a launch any more (no parent, session or
  // environment of ours), for a second at most. Only when no launch is left.
  void end_orphans();

 private:
  struct Leader {
    LaunchId launch;
    std::vector<uint64_t> outputs;
    uint64_t start;
  };
  std::optional<LaunchId> owner_of_orphan(const ProcessEntry& orphan) const;
  std::optional<LaunchId> owner_of_session(pid_t session) const;
  void take_snapshot();
  bool is_stranger(const ProcessEntry& process) const;

  std::string app_;
  // Children that we had before we started anything: of the program that became us by exec.
  std::vector<ProcessEntry> strangers_;
  std::map<pid_t, Leader> leaders_;
  // Seen outside the leader's session before; keeps them when they lose parent and environment.
  std::map<std::pair<pid_t, uint64_t>, LaunchId> strays_;
  std::optional<std::map<LaunchId, std::vector<ProcessEntry>>> members_;
};

}  // namespace muster
