// Why a daemon on another machine cannot be asked, in words that say which it is: there is no way
// to the machine, ssh lets no one in, there is no ctl, no such app, no daemon. Pure.
#pragma once

#include <string>

#include "ctl/exit_code.h"
#include "ctl/remote/ssh.h"
#include "ctl/remote/where.h"
#include "proto/far_side.h"

namespace muster {

inline constexpr int ssh_failed = 255, not_found_there = 127, not_executable_there = 126;

// `path` is the far side's PATH, where that was asked for.
Failure why_ssh_failed(const FarHost& host, const Ssh::Done& done, const std::string& path);
// For a far side that answers, but has no daemon of ours for the app.
Failure why_no_far_daemon(const FarHost& host, const std::string& app, const Where& where);
// Empty where they are the same; `ctl` is the version of the far one.
std::string difference_of_versions(const FarHost& host, const std::string& ctl, const FarSide& far);

}  // namespace muster
