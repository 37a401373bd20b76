// See ability.h.
#include "daemon/edge/launch/ability.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include "daemon/config/load.h"
#include "daemon/edge/linux/account.h"
#include "daemon/edge/linux/cgroup_place.h"
#include "daemon/edge/linux/kernel_text.h"

namespace muster {
namespace {

constexpr rlim_t as_kernel_has_it(const ResourceLimit& limit) {
  return limit.value == ResourceLimit::unlimited ? RLIM_INFINITY : limit.value;
}

bool is_above_hard_limit(const std::optional<ResourceLimit>& wanted, int resource) {
  rlimit limit{};
  return wanted && getrlimit(static_cast<__rlimit_resource>(resource), &limit) == 0 &&
         as_kernel_has_it(*wanted) > limit.rlim_max;
}

// The abilities that only root has.
std::optional<std::string> why_not_without_root(const Surroundings& wanted,
                                                const Surroundings& before) {
  if (geteuid() == 0) return {};
  if (wanted.nofile != before.nofile && is_above_hard_limit(wanted.nofile, RLIMIT_NOFILE))
    return "nofile is above the daemon's hard limit";
  if (wanted.core != before.core && is_above_hard_limit(wanted.core, RLIMIT_CORE))
    return "core is above the daemon's hard limit";
  const auto person = find_account(wanted.account);
  const bool is_other = person && person->user && *person->user != geteuid();
  if (wanted.account != before.account && is_other)
    return fmt::format("become user {}: the daemon is not root", wanted.account.user);
  return {};
}

// A hierarchy of its own, of version 1, or the one of version 2.
bool has_cgroup(std::string_view controller) {
  const std::string run = cgroup_name("app", "trial");
  if (run.empty()) return false;
  const auto own = own_cgroup(controller);
  if (own && access(own->c_str(), W_OK | X_OK) == 0) return true;
  if (cgroup_for_run("app", "trial").empty()) return false;
  std::string controllers = read_kernel_text(*own_cgroup() + "/cgroup.controllers").value_or("");
  while (controllers.ends_with('\n')) controllers.pop_back();
  return lists(controllers, controller, ' ');
}

}  // namespace

std::optional<std::string> why_no_quotas_here(const Quotas& quotas) {
  const std::pair<bool, std::string_view> limits[] = {{quotas.memory.has_value(), "memory"},
                                                      {quotas.cpu.has_value(), "cpu"},
                                                      {quotas.pids.has_value(), "pids"}};
  for (auto& [is_wanted, controller] : limits)
    if (is_wanted && !has_cgroup(controller))
      return fmt::format("limit {}: there is no cgroup for it", controller);
  return {};
}

std::optional<std::string> why_no_start(const Surroundings& wanted, const Surroundings& before,
                                        const WhyNoQuotas& why_no_quotas) {
  if (wanted.account != before.account)
    if (auto person = find_account(wanted.account); !person) return person.error().stage;
  if (auto reason = why_not_without_root(wanted, before)) return reason;
  if (wanted.quotas.any() && wanted.quotas != before.quotas) return why_no_quotas(wanted.quotas);
  return {};
}

std::optional<std::string> what_is_impossible(const AppModel& wanted, const AppModel& in_force,
                                              const WhyNoQuotas& why_no_quotas) {
  const auto of = [](std::string_view table, const std::string& reason) {
    return fmt::format("{}: [{}] {}", settings_file_name, table, reason);
  };
  const Settings nothing;
  for (auto& type : wanted.types) {
    const ProcessType* before = in_force.find(type.name);
    if (auto reason =
            why_no_start(type.settings.surroundings,
                         (before ? before->settings : nothing).surroundings, why_no_quotas))
      return of(type.name, *reason);
  }
  if (auto reason =
          why_no_start(wanted.one_offs.surroundings, in_force.one_offs.surroundings, why_no_quotas))
    return of(one_offs_table, *reason);
  return {};
}

}  // namespace muster
