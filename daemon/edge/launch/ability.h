// Whether this machine, and a daemon on it, can start what a model describes, as far as that is
// known before anything is started. Launches nothing. Keeps: what is in force already is no reason.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/config/model.h"

namespace muster {

// Why a launch cannot have these, if it cannot.
using WhyNoQuotas = std::function<std::optional<std::string>(const Quotas&)>;

// The same, as far as it can be seen without making anything: whether the caller has a cgroup for
// each of the limits.
std::optional<std::string> why_no_quotas_here(const Quotas& quotas);

// Why a start with these surroundings would fail, if those `before` are no reason for it.
std::optional<std::string> why_no_start(const Surroundings& wanted, const Surroundings& before,
                                        const WhyNoQuotas& why_no_quotas);

// The first thing of `wanted` that would make a start fail, and is not so in `in_force`:
// "muster.toml: [web] limit memory: there is no cgroup for it".
std::optional<std::string> what_is_impossible(const AppModel& wanted, const AppModel& in_force,
                                              const WhyNoQuotas& why_no_quotas);

// Why a server that this command starts may take nothing from the socket that its type shares: a
// shell stands between, so that LISTEN_PID is not its own. Scripts are from `directory` on.
std::optional<std::string> doubt_about_listening(std::string_view command,
                                                 const std::string& directory);

}  // namespace muster
