// See launch_cgroups.h.
#include "daemon/edge/launch/launch_cgroups.h"

#include <fmt/format.h>
#include <poll.h>
#include <charconv>
#include <chrono>

#include "daemon/edge/linux/cgroup_place.h"
#include "daemon/edge/linux/kernel_text.h"

namespace muster {
namespace {

constexpr auto removal_patience = std::chrono::seconds(1);

std::string name_for(const ProcessName& process, LaunchId launch) {
  return fmt::format("{}-{}", process.text(), launch);
}

std::optional<LaunchId> launch_in(std::string_view name) {
  const std::string_view digits = name.substr(name.rfind('-') + 1);
  LaunchId launch = 0;
  auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), launch);
  if (error != std::errc() || stop != digits.data() + digits.size()) return {};
  return launch;
}

// So many processes and threads a one-off may have where nothing is said: more than a build uses,
// and far less than a machine has numbers for.
constexpr uint64_t usual_pids = 4096;

bool is_bounded_anyway(const Launch& launch) {
  return launch.process.type == one_off_type && !launch.surroundings.quotas.pids;
}

}  // namespace

LaunchCgroups::LaunchCgroups(const std::string& directory, const std::string& name, pid_t keeper)
    : quotas_(directory, name, keeper) {
  if (!directory.empty()) app_.emplace(directory);
}

std::optional<Cgroup> LaunchCgroups::make(const ProcessName& process, LaunchId launch) const {
  if (!app_) return {};
  Cgroup cgroup = app_->below(name_for(process, launch));
  if (cgroup.make() || (app_->make() && cgroup.make())) return cgroup;
  return {};
}

std::optional<Cgroup> LaunchCgroups::find(const ProcessName& process, LaunchId launch) const {
  if (!app_) return {};
  Cgroup cgroup = app_->below(name_for(process, launch));
  return cgroup.exists() ? std::optional(cgroup) : std::nullopt;
}

// The first of the name in the path is the run's: a process that may make cgroups may give the same
// names to some below that of its launch.
std::optional<LaunchId> LaunchCgroups::owner(pid_t pid) const {
  if (!app_) return {};
  const std::string text = read_kernel_text(fmt::format("/proc/{}/cgroup", pid)).value_or("");
  std::string_view path = path_in_hierarchy(text).value_or("");
  const std::string& directory = app_->directory();
  const std::string run = directory.substr(directory.rfind('/')) + '/';
  const size_t at = path.find(run);
  if (at == std::string_view::npos) return {};
  path.remove_prefix(at + run.size());
  return launch_in(path.substr(0, path.find_first_of("/ ")));
}

StartResult<std::vector<Cgroup>> LaunchCgroups::limit(const Launch& launch,
                                                      const std::optional<Cgroup>& made) {
  const std::string name = name_for(launch.process, launch.launch);
  std::vector<Cgroup> to_enter;
  if (launch.surroundings.quotas.any()) {
    auto wanted = quotas_.limit(name, launch.surroundings.quotas, made);
    if (!wanted) return wanted;
    to_enter = std::move(*wanted);
  }
  // As well as it can be done, because it was not asked for.
  if (is_bounded_anyway(launch)) {
    Quotas usual;
    usual.pids = Quotas::Tasks{usual_pids};
    if (auto others = quotas_.limit(name, usual, made))
      to_enter.insert(to_enter.end(), others->begin(), others->end());
  }
  return to_enter;
}

std::vector<Cgroup> LaunchCgroups::find_limits(const Launch& launch) const {
  if (!launch.surroundings.quotas.any() && !is_bounded_anyway(launch)) return {};
  return quotas_.find(name_for(launch.process, launch.launch));
}

// A launch has never the number 0.
std::optional<std::string> LaunchCgroups::why_no_limits(const Quotas& quotas) {
  Launch trial;
  trial.process = {"trial", 0};
  trial.surroundings.quotas = quotas;
  const auto made = make(trial.process, trial.launch);
  auto limits = limit(trial, made);
  for (auto& cgroup : find_limits(trial)) retire(cgroup);
  if (made) retire(*made);
  if (limits) return {};
  const StartFailure& failure = limits.error();
  if (failure.error_number == 0) return failure.stage;
  return fail_errno(failure.error_number, "{}", failure.stage).value().message;
}

void LaunchCgroups::retire(const Cgroup& cgroup) {
  if (!cgroup.remove()) retired_.push_back(cgroup);
}

void LaunchCgroups::retry() {
  std::erase_if(retired_, [](auto& cgroup) { return cgroup.remove(); });
}

void LaunchCgroups::end_all_but(const std::set<LaunchId>& launches) {
  for (auto& run : quotas_.of_the_run())
    for (auto& name : run.names_below())
      if (auto launch = launch_in(name); launch && !launches.count(*launch))
        retire(run.below(name));
  if (!app_) return;
  for (auto& name : app_->names_below()) {
    auto launch = launch_in(name);
    if (!launch || launches.count(*launch)) continue;
    app_->below(name).kill();
    retire(app_->below(name));
  }
}

// The cgroups of other daemons have other names. A process that lives keeps its cgroup from being
// removed.
void LaunchCgroups::remove_left(std::string_view prefix) const {
  std::vector<Cgroup> runs = quotas_.wanted();
  if (app_) runs.push_back(*app_);
  for (auto& run : runs) {
    const size_t at = run.directory().rfind('/');
    const Cgroup above(run.directory().substr(0, at));
    const std::string own = run.directory().substr(at + 1);
    for (auto& name : above.names_below())
      if (!prefix.empty() && name.starts_with(prefix) && !name.starts_with(own))
        above.below(name).remove();
  }
}

void LaunchCgroups::end() {
  retry();
  if (!app_) return quotas_.end();
  const auto give_up = std::chrono::steady_clock::now() + removal_patience;
  while (!app_->remove() && std::chrono::steady_clock::now() < give_up) {
    app_->kill();
    poll(nullptr, 0, 1);
  }
  quotas_.end();
}

}  // namespace muster
