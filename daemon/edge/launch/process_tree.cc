// See process_tree.h.
#include "daemon/edge/launch/process_tree.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <unordered_map>
#include <unordered_set>

#include "daemon/edge/launch/launch_mark.h"

namespace muster {
namespace {

constexpr auto end_patience = std::chrono::seconds(1);
// A reader that still meets new dead then has a launch before it that forks and dies faster than it
// reads.
constexpr int most_listings = 8;
// From a process up to its leader. There are a few; who has more asks too much of us.
constexpr int most_generations = 256;

// A successor is started after the first supervisor has begun the run; never within the tick
// before.
bool began(const Run& run) {
  auto self = read_process(getpid());
  return self && self->start < run.first_start;
}

}  // namespace

Result<> become_subreaper() {
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return fail_errno(errno, "become a subreaper");
  return {};
}

ProcessTree::ProcessTree(std::string app, Run run, pid_t keeper)
    : app_(std::move(app)), run_(std::move(run)), is_first_(began(run_)), ours_{getpid()} {
  if (keeper > 0) ours_.insert(keeper);
  reapers_ = ours_;
}

Environment ProcessTree::mark(LaunchId launch) const {
  Environment pairs{
      {"MUSTER_APP", app_}, {"MUSTER_RUN", run_.token}, {"MUSTER_LAUNCH", std::to_string(launch)}};
  if (auto mark = mark_of(run_.secret, launch); !mark.empty())
    pairs.emplace_back("MUSTER_MARK", std::move(mark));
  return pairs;
}

void ProcessTree::add(LaunchId launch, const Identity& leader) {
  auto entry = read_process(static_cast<pid_t>(leader.pid));
  const bool known = entry && entry->start == leader.start;
  leaders_[static_cast<pid_t>(leader.pid)] = {launch, leader, known && entry->parent == getpid()};
  if (known) reapers_.insert(entry->parent);
}

void ProcessTree::keeper_changed(pid_t keeper) {
  reapers_ = ours_ = {getpid(), keeper};
  for (auto& [pid, leader] : leaders_)
    if (auto entry = read_process(pid); entry && entry->start == leader.identity.start)
      reapers_.insert(entry->parent);
}

void ProcessTree::remove(LaunchId launch) {
  std::erase_if(leaders_, [&](auto& leader) { return leader.second.launch == launch; });
  std::erase_if(strays_, [&](auto& stray) { return stray.second == launch; });
}

// waitid() without a pid always names the same dead child first. If that is a leader, nothing
// behind it can be seen until it has been reaped.
void ProcessTree::reap_orphans() const {
  for (;;) {
    siginfo_t info{};
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return;
    if (is_leader(info.si_pid)) return;
    waitpid(info.si_pid, nullptr, WNOHANG);
  }
}

// The number of a session stays taken while any of its processes lives. If another process has the
// leader's pid, then the session that we knew has ended and this is a foreign one.
std::optional<LaunchId> ProcessTree::owner_of_session(pid_t session) const {
  auto leader = leaders_.find(session);
  if (leader == leaders_.end()) return {};
  auto holder = read_process(session);
  if (holder && holder->start != leader->second.identity.start) return {};
  return leader->second.launch;
}

std::optional<LaunchId> ProcessTree::owner_of_orphan(const ProcessEntry& orphan) const {
  if (auto owner = owner_of_session(orphan.session)) return owner;
  if (auto stray = strays_.find({orphan.pid, orphan.start}); stray != strays_.end())
    return stray->second;
  auto environment = read_environment(orphan.pid);
  auto launch = value_in(environment, "MUSTER_LAUNCH");
  if (launch && value_in(environment, "MUSTER_RUN") == run_.token) {
    for (auto& [pid, leader] : leaders_) {
      if (std::to_string(leader.launch) != *launch) continue;
      const std::string mark = mark_of(run_.secret, leader.launch);
      if (value_in(environment, "MUSTER_MARK").value_or("") == mark) return leader.launch;
    }
  }
  auto pipes = pipe_inodes(orphan.pid);
  for (auto& [pid, leader] : leaders_) {
    const Identity& identity = leader.identity;
    if (std::any_of(pipes.begin(), pipes.end(),
                    [&](uint64_t inode) { return inode == identity.out || inode == identity.err; }))
      return leader.launch;
  }
  return {};
}

std::optional<LaunchId> ProcessTree::owner(pid_t pid) const {
  for (int generation = 0; generation < most_generations; ++generation) {
    const auto process = read_process(pid);
    if (!process || ours_.count(pid)) return {};
    const auto leader = leaders_.find(pid);
    if (leader != leaders_.end() && leader->second.identity.start == process->start)
      return leader->second.launch;
    if (is_reaper(process->parent)) return owner_of_orphan(*process);
    if (auto owner = owner_of_session(process->session)) return owner;
    pid = process->parent;
  }
  return {};
}

std::set<LaunchId> ProcessTree::survivors() const {
  if (auto launches = survivors_among_children()) return std::move(*launches);
  return survivors_among_all();
}

// Not for leaders whose orphans become the children of another process, which may reap while we
// read. A child is listed until it is reaped, and its own children become ours before it is seen
// dead: so if no child was met that is dead and was not at the last listing, none was missed.
std::optional<std::set<LaunchId>> ProcessTree::survivors_among_children() const {
  for (auto& [pid, leader] : leaders_)
    if (!leader.our_child) return {};
  std::set<pid_t> dead;
  for (int listing = 0; listing < most_listings; ++listing) {
    auto children = read_children(getpid());
    if (!children) return {};
    std::set<LaunchId> launches;
    bool complete = true;
    for (pid_t pid : *children) {
      if (is_leader(pid) || ours_.count(pid)) continue;
      auto orphan = read_process(pid);
      if (!orphan || orphan->dead)
        complete = !dead.insert(pid).second && complete;
      else if (auto owner = owner_of_orphan(*orphan))
        launches.insert(*owner);
    }
    if (complete) return launches;
  }
  return {};
}

// /proc is not read at one instant: a process that was seen below a parent that died before it was
// seen itself is a reaper's child by now.
std::set<LaunchId> ProcessTree::survivors_among_all() const {
  auto entries = read_processes([&](pid_t pid) { return is_leader(pid) || ours_.count(pid) > 0; });
  std::unordered_set<pid_t> alive;
  for (auto& entry : entries)
    if (!entry.dead) alive.insert(entry.pid);
  std::set<LaunchId> launches;
  for (auto& entry : entries) {
    std::optional<ProcessEntry> orphan = entry;
    if (!is_reaper(entry.parent) && !is_leader(entry.parent) && !alive.count(entry.parent))
      orphan = read_process(entry.pid);
    if (!orphan || orphan->dead || !is_reaper(orphan->parent)) continue;
    if (auto owner = owner_of_orphan(*orphan)) launches.insert(*owner);
  }
  return launches;
}

std::vector<ProcessEntry> ProcessTree::members(LaunchId launch) {
  if (!members_) take_snapshot();
  auto found = members_->find(launch);
  return found == members_->end() ? std::vector<ProcessEntry>() : found->second;
}

// The children of us and of the keeper. The keeper may reap those that it has from an earlier
// supervisor while we read, so they are looked for among all.
std::vector<ProcessEntry> ProcessTree::children() const {
  std::vector<ProcessEntry> entries;
  if (auto listed = is_first_ ? read_children(getpid()) : std::nullopt) {
    for (pid_t pid : *listed)
      if (auto entry = read_process(pid)) entries.push_back(*entry);
  } else {
    entries = read_processes();
  }
  std::erase_if(entries, [&](auto& entry) {
    return !ours_.count(entry.parent) || ours_.count(entry.pid) || entry.start < run_.first_start;
  });
  return entries;
}

void ProcessTree::end_orphans() {
  // The children of a process that is killed become ours: again, until there are none.
  const auto give_up = std::chrono::steady_clock::now() + end_patience;
  do {
    auto left = children();
    // The keeper reaps its own.
    std::erase_if(left, [](auto& entry) { return entry.dead && entry.parent != getpid(); });
    if (left.empty()) return;
    bool any_alive = false;
    for (auto& entry : left) {
      if (!entry.dead) any_alive = signal_process(entry, SIGKILL) || any_alive;
      waitpid(entry.pid, nullptr, WNOHANG);
    }
    if (any_alive) poll(nullptr, 0, 1);
  } while (std::chrono::steady_clock::now() < give_up);
}

void ProcessTree::take_snapshot() {
  auto entries = read_processes();
  std::unordered_map<pid_t, const ProcessEntry*> by_pid;
  for (auto& entry : entries) by_pid[entry.pid] = &entry;
  std::unordered_map<pid_t, std::optional<LaunchId>> owners;

  // Up the line of parents until one says whose it is; then down again, noting it for each.
  auto owner_of = [&](const ProcessEntry& entry) {
    std::vector<pid_t> line;
    std::optional<LaunchId> owner;
    for (auto* at = &entry; at && !ours_.count(at->pid) && line.size() <= entries.size();) {
      if (auto known = owners.find(at->pid); known != owners.end()) {
        owner = known->second;
        break;
      }
      line.push_back(at->pid);
      auto leader = leaders_.find(at->pid);
      if (leader != leaders_.end() && leader->second.identity.start == at->start)
        owner = leader->second.launch;
      else if (is_reaper(at->parent))
        owner = owner_of_orphan(*at);
      else
        owner = owner_of_session(at->session);
      if (owner) break;
      auto parent = by_pid.find(at->parent);
      at = parent == by_pid.end() ? nullptr : parent->second;
    }
    for (pid_t pid : line) owners[pid] = owner;
    return owner;
  };

  members_.emplace();
  decltype(strays_) strays;
  for (auto& entry : entries) {
    auto owner = owner_of(entry);
    if (!owner || entry.dead || ours_.count(entry.pid)) continue;
    (*members_)[*owner].push_back(entry);
    if (!is_leader(entry.session)) strays[{entry.pid, entry.start}] = *owner;
  }
  strays_ = std::move(strays);
}

}  // namespace muster
