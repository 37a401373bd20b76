// Which processes belong to which launch: those of the leader's session, its descendants, and those
// that got away from both but were born with the launch's mark in their environment. The supervisor
// and its keeper are subreapers, so a process that has lost its parent is a child of one of them: a
// launch whose leader is dead has survivors only if one of these children that is no leader belongs
// to it. Where we started the leader it is one of our own children, which the kernel lists. A
// leader that was adopted from an earlier supervisor is the keeper's child; where the keeper died
// too, another process's, to which its orphans go then.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/core/event.h"
#include "daemon/edge/launch/run.h"
#include "daemon/edge/linux/proc_fs.h"

namespace muster {

// Makes orphans of our descendants children of ours instead of init's.
Result<> become_subreaper();

class ProcessTree {
 public:
  // Our launches are told from those of any other daemon by `run`. `keeper` is our parent, or 0. A
  // child of one of us that was started before the run is a stranger: a child of the program that
  // became us by exec.
  ProcessTree(std::string app, Run run, pid_t keeper);

  // The pairs that mark a launch's processes.
  Environment mark(LaunchId launch) const;

  // A leader was started in a session of its own, by us or an earlier supervisor. By the pipes that
  // it prints into an orphan is known that has nothing else of us left.
  void add(LaunchId launch, const Identity& leader);
  void remove(LaunchId launch);
  bool is_leader(pid_t pid) const { return leaders_.count(pid) > 0; }

  // We have a new keeper, and those whose parent the old one was have a new parent.
  void keeper_changed(pid_t keeper);

  // Reaps the children that have died and are not leaders, which are left to their Child. To be
  // called again after a leader was reaped.
  void reap_orphans() const;

  // The launches, of those whose leaders are dead, that still have live processes.
  std::set<LaunchId> survivors() const;

  // The launch that a live process belongs to, by the line of its parents; by the mark in its
  // environment only where that has come to an end.
  std::optional<LaunchId> owner(pid_t pid) const;

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
    Identity identity;
    bool our_child;  // and so are its orphans
  };
  bool is_reaper(pid_t parent) const { return reapers_.count(parent) > 0; }
  std::vector<ProcessEntry> children() const;
  std::optional<std::set<LaunchId>> survivors_among_children() const;
  std::set<LaunchId> survivors_among_all() const;
  std::optional<LaunchId> owner_of_orphan(const ProcessEntry& orphan) const;
  std::optional<LaunchId> owner_of_session(pid_t session) const;
  void take_snapshot();

  std::string app_;
  Run run_;
  bool is_first_;            // the keeper has no orphans of an earlier supervisor
  std::set<pid_t> ours_;     // this program and its keeper
  std::set<pid_t> reapers_;  // the same, and other reapers of our launches' orphans
  std::map<pid_t, Leader> leaders_;
  // Seen outside the leader's session before; keeps them when they lose parent and environment.
  std::map<std::pair<pid_t, uint64_t>, LaunchId> strays_;
  std::optional<std::map<LaunchId, std::vector<ProcessEntry>>> members_;
};

}  // namespace muster
