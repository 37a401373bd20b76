// See processes.h. Here: signals, and what is repeated until a launch has ended.
#include <signal.h>
#include <algorithm>

#include "base/killpoint.h"
#include "daemon/edge/launch/launches.h"
#include "daemon/edge/launch/stop_order.h"
#include "daemon/edge/linux/machine.h"

namespace muster {
namespace {

// Killing again: soon at first, because a process that was forked meanwhile was missed.
constexpr Nanos first_kill_pause = 5ms, longest_kill_pause = 1s;

// The processes of ours between the leader of a launch and its program: see namespaces.cc.
unsigned generations_before_program(const Launch& launch) {
  if (launch.inside) return launch.inside->is_isolated ? 1 : 0;
  return launch.surroundings.isolate.value_or(false) ? 2 : 0;
}

// The signal that asks to end does nothing to a process that is stopped.
void wake(const std::vector<ProcessEntry>& members) {
  for (auto& member : members)
    if (member.stopped) signal_process(member, SIGCONT);
}

}  // namespace

// The group gets it at once, as long as its leader has not been reaped: no other group can have its
// number. Processes that have left the group, and all once the leader is dead, get it one by one;
// the tree is looked at before, while parents are there by which all of it is known.
void Launches::kill(const Kill& wanted) {
  const int signal = wanted.signal;
  auto found = running_.find(wanted.launch);
  if (found == running_.end() || found->second.phase == Phase::over) return;
  auto& running = found->second;
  const bool to_end = wanted.to_end || signal == SIGTERM || signal == SIGKILL;
  running.told_to_end = running.told_to_end || to_end;
  if (running.phase == Phase::queued) {
    running.early_signals.push_back(wanted);
    return;
  }
  sweep_.on();
  if (wanted.leader_first) return ask(running, signal);
  // A process that has left the cgroup nevertheless is killed in the next round.
  const bool by_cgroup = running.cgroup && signal == SIGKILL;
  const auto everybody = by_cgroup ? std::vector<ProcessEntry>() : members(wanted.launch);
  if (by_cgroup) running.cgroup->kill();
  const bool is_program = running.phase != Phase::starting;
  if (wanted.to_end && signal != SIGKILL && is_program)
    return tell_rest(running, everybody, signal);
  const pid_t group = running.child->exit() ? 0 : running.child->pid();
  if (group) ::kill(-group, signal);
  for (auto& process : everybody)
    if (process.group != group) signal_process(process, signal);
  if (signal != SIGKILL && to_end) wake(everybody);
  if (signal == SIGKILL && !running.kill_again) {
    running.kill_pause = first_kill_pause;
    running.kill_again = loop_clock() + running.kill_pause;
  }
}

// Before its exec a launch is not the program yet, which is asked once more then.
void Launches::ask(Running& running, int signal) {
  if (!running.asking) running.asking.emplace();
  Asking& asking = *running.asking;
  asking.signal = signal;
  if (running.child->exit()) {
    asking.rest_waits = true;
    return;
  }
  const pid_t leader = running.child->pid();
  if (running.phase == Phase::starting) {
    ::kill(leader, signal);
    return;
  }
  const auto everybody = members(running.launch.launch);
  signal_once(running,
              asked_first(everybody, leader, generations_before_program(running.launch), signal),
              0);
  wake(everybody);
}

void Launches::tell_rest(Running& running, const std::vector<ProcessEntry>& everybody, int signal) {
  if (!running.asking) running.asking.emplace();
  running.asking->signal = signal;
  running.asking->rest_waits = false;
  const bool is_first = running.asking->asked.empty() && !running.child->exit();
  signal_once(running, everybody, is_first ? running.child->pid() : 0);
  wake(everybody);
}

// The note before the signals says which processes may have had one, the note after them that all
// have. Where none has been asked before, the group of the leader, if it is given, is told by one
// call, which misses no process that is just being forked.
void Launches::signal_once(Running& running, const std::vector<ProcessEntry>& processes,
                           pid_t group) {
  Asking& asking = *running.asking;
  const LaunchId launch = running.launch.launch;
  asking.told = false;
  const auto added = add_to(asking, processes);
  asking_kept_.keep_asking(launch, asking);
  killpoint(Killpoint::asking_kept);
  if (group) ::kill(-group, asking.signal);
  for (auto& process : added)
    if (!group || process.group != group) signal_process(process, asking.signal);
  killpoint(Killpoint::asking_sent);
  asking.told = true;
  asking_kept_.keep_asking(launch, asking);
}

bool Launches::has_stopped(const Running& running) {
  if (running.phase != Phase::running) return false;
  const pid_t leader = running.child->pid();
  auto family = read_children(leader).value_or(std::vector<pid_t>());
  family.push_back(leader);
  return std::any_of(family.begin(), family.end(), [](pid_t pid) {
    const auto process = read_process(pid);
    return process && process->stopped;
  });
}

bool Launches::is_stopped(LaunchId launch) {
  constexpr int share = 10;
  if (const MonoTime begin = read_clocks().mono; begin >= stopped_until_) {
    stopped_.clear();
    for (auto& [each, running] : running_)
      if (has_stopped(running)) stopped_.insert(each);
    const MonoTime end = read_clocks().mono;
    stopped_until_ = end + (end - begin) * share;
  }
  return stopped_.count(launch) > 0;
}

std::vector<std::string> Launches::stopped() {
  std::vector<std::string> names;
  for (auto& [launch, running] : running_)
    if (is_stopped(launch)) names.push_back(running.launch.process.text());
  return names;
}

bool Launches::somebody_asked_lives(const Running& running) {
  if (!running.asking) return false;
  const auto& asked = running.asking->asked;
  return std::any_of(asked.begin(), asked.end(), [](auto& one) {
    const auto process = read_process(one.first.first);
    return process && process->start == one.first.second && !process->dead;
  });
}

// The core has said that these are told when those that were asked have ended.
void Launches::tell_those_who_wait() {
  for (auto& [launch, running] : running_)
    if (running.asking && running.asking->rest_waits && !somebody_asked_lives(running))
      tell_rest(running, members(launch), running.asking->signal);
}

void Launches::kill_again(MonoTime now) {
  for (auto& [launch, running] : running_) {
    if (running.phase == Phase::draining) running.kill_again.reset();
    if (!running.kill_again || now < *running.kill_again) continue;
    if (running.cgroup) running.cgroup->kill();
    for (auto& process : tree_.members(launch)) signal_process(process, SIGKILL);
    running.kill_again = now + running.kill_pause;
    running.kill_pause = std::min(2 * running.kill_pause, longest_kill_pause);
  }
}

}  // namespace muster
