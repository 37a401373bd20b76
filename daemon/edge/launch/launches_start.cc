// See processes.h. Here: how a launch comes to run: started, or taken over from an earlier
// supervisor.
#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/killpoint.h"
#include "daemon/edge/launch/adoption.h"
#include "daemon/edge/launch/launches.h"

namespace muster {
namespace {

// Forks of one turn may take this long together; then the others get theirs.
constexpr Nanos spawn_budget = 5ms;
// A pipe that is lost is one from which nothing comes any more.
UniqueFd or_ended(UniqueFd pipe) { return pipe ? std::move(pipe) : ended_pipe(); }

// By which a pipe is found again; a terminal is hung up when no process holds it any more.
uint64_t inode_of(int fd) {
  struct stat status {};
  return fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode) ? status.st_ino : 0;
}

// Those of the formation are as many as the administrator wants.
bool shares_memory_of_copies(const Launch& launch) {
  return launch.surroundings.isolate.value_or(false) && launch.process.type == one_off_type;
}

// The size of the copies that the process and those inside see, as an earlier supervisor has given
// it. If it is not there yet it is the machine's own, which is larger than any.
uint64_t size_of_view(const Identity& leader) {
  struct statvfs status {};
  if (statvfs(fmt::format("/proc/{}/root", leader.pid).c_str(), &status) != 0) return 0;
  return status.f_blocks * status.f_frsize;
}

}  // namespace

void Launches::start(Launch launch) {
  LaunchId id = launch.launch;
  Output* output = launch.attached ? &attached_ : &log_;
  auto [entry, added] = running_.try_emplace(id);
  CHECK(added, "launch {} was started before", id);
  auto& running = entry->second;
  running.launch = std::move(launch);
  running.output = output;
  if (!running.launch.resumed || !take_over(running)) queue_.push_back(id);
  sweep_.on();
}

// False if it was never started, and may be now.
bool Launches::take_over(Running& running) {
  const LaunchId launch = running.launch.launch;
  const auto progress = running.launch.resumed->progress;
  auto adoptee = find_adoptee(running.launch, store_.take(launch), tree_.mark(launch));
  if (!adoptee) {
    // Its process would be found if it lived; how it ended, and what it printed, is not known.
    if (progress == LaunchProgress::asked) return false;
    adoptee.emplace();
  }
  const Identity identity = adoptee->identity;
  tree_.add(launch, identity);
  running.cgroup = cgroups_.find(running.launch.process, launch);
  running.limits = cgroups_.find_limits(running.launch);
  running.child = Child::adopt(loop_, identity, std::move(adoptee->report), [this] { on_death(); });
  auto opened = running.output->open(running.launch,
                                     {std::move(adoptee->in), or_ended(std::move(adoptee->out)),
                                      or_ended(std::move(adoptee->err))});
  if (!opened)
    spdlog::error("{}: what it prints is lost: {}", running.launch.process.text(),
                  opened.message());
  running.phase = progress == LaunchProgress::asked     ? Phase::starting
                  : progress == LaunchProgress::running ? Phase::running
                                                        : Phase::exited;
  if (running.phase != Phase::starting) running.output->begin(launch);
  if (shares_memory_of_copies(running.launch))
    copies_.found(launch, std::min(size_of_view(identity), running.launch.surroundings.disk.count));
  if (Asking kept = asking_kept_.kept_asking(launch); kept.signal != 0)
    running.asking = those_who_were_asked(std::move(kept));
  deaths_ = true;
  killpoint(Killpoint::recovery_adopted);
  return true;
}

void Launches::spawn_queued(MonoTime now) {
  size_t spawned = 0;
  while (spawned < queue_.size() && loop_clock() - now < spawn_budget)
    spawn(running_.at(queue_[spawned++]));
  queue_.erase(queue_.begin(), queue_.begin() + static_cast<ptrdiff_t>(spawned));
}

void Launches::spawn(Running& running) {
  auto pipes = make_pipes(running.launch);
  if (!pipes) return fail_start(running, pipes.error());
  LaunchId launch = running.launch.launch;
  store_.keep(launch, {pipes->ours.out.get(), pipes->ours.err.get(), pipes->report.get(),
                       pipes->ours.in.get()});
  killpoint(Killpoint::launch_deposited);
  const uint64_t out = inode_of(pipes->ours.out.get()), err = inode_of(pipes->ours.err.get());
  auto opened = running.output->open(running.launch, std::move(pipes->ours));
  if (!opened) return fail_start(running, {opened.message(), ENOBUFS});
  auto inside = contain(running);
  auto child = inside ? spawner_.spawn(running.launch, std::move(*pipes), tree_.mark(launch),
                                       *inside, [this] { on_death(); })
                      : tl::unexpected(inside.error());
  if (!child) {
    running.output->close(launch);
    return fail_start(running, child.error());
  }
  running.child = std::move(*child);
  killpoint(Killpoint::launch_forked);
  running.phase = Phase::starting;
  running.child->prints_into(out, err);
  store_.keep_pid(launch, running.child->pid());
  killpoint(Killpoint::launch_noted);
  tree_.add(launch, running.child->identity());
  for (auto& early : std::exchange(running.early_signals, {})) kill(early);
}

StartResult<void> Launches::give_memory(Launch& launch) {
  if (!shares_memory_of_copies(launch)) return {};
  auto given = copies_.take(launch.launch, launch.surroundings.disk.count);
  if (!given) return tl::unexpected(given.error());
  launch.surroundings.disk.count = *given;
  return {};
}

StartResult<Containment> Launches::contain(Running& running) {
  if (auto given = give_memory(running.launch); !given) return tl::unexpected(given.error());
  const Launch& launch = running.launch;
  running.cgroup = cgroups_.make(launch.process, launch.launch);
  auto limits = cgroups_.limit(launch, running.cgroup);
  running.limits = cgroups_.find_limits(launch);
  if (!limits) return tl::unexpected(limits.error());
  Containment inside{
      running.cgroup ? running.cgroup->open() : UniqueFd(), launch.surroundings.quotas.any(), {}};
  for (auto& cgroup : *limits) inside.to_enter.push_back(cgroup.directory());
  return inside;
}

std::optional<LaunchId> Launches::owner(pid_t pid) const {
  if (const auto launch = cgroups_.owner(pid); launch && running_.count(*launch)) return launch;
  return tree_.owner(pid);
}

Whereabouts Launches::whereabouts(LaunchId launch) const {
  auto found = running_.find(launch);
  if (found == running_.end() || !found->second.child) return {{"false"}, {}, {}};
  const Running& running = found->second;
  Whereabouts where =
      spawner_.whereabouts(running.launch, tree_.mark(launch), running.child->pid());
  if (!where.program) return where;
  // A command that is run in a view is whatever those inside have made of it, and so has their
  // limits. The words before are the program and its two arguments.
  auto at = where.before.begin() + 3;
  auto cgroups = running.limits;
  if (running.cgroup) cgroups.push_back(*running.cgroup);
  for (auto& cgroup : cgroups)
    at = where.before.insert(at, fmt::format("try_enter={}/cgroup.procs", cgroup.directory()));
  return where;
}

void Launches::fail_start(Running& running, StartFailure failure) {
  events_.push_back(
      LaunchFailed{running.launch.launch, std::move(failure.stage), failure.error_number});
  running.phase = Phase::over;
}

void Launches::finish_starts() {
  for (auto& [launch, running] : running_) {
    if (running.phase != Phase::starting) continue;
    auto& child = *running.child;
    if (child.start() == Child::Start::succeeded) {
      events_.push_back(Launched{launch, child.identity()});
      running.output->begin(launch);
      running.phase = Phase::running;
      if (running.launch.attached && running.output->input_end(launch) < 0) keep(running);
    } else if (child.start() == Child::Start::failed && child.exit()) {
      running.output->close(launch);
      tree_.remove(launch);
      fail_start(running, spawner_.describe(running.launch, child.failure()));
    }
  }
}

}  // namespace muster
