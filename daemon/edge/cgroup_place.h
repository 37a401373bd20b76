// Where on this machine a daemon may make cgroups (version 2) for its launches: below the one that
// it is in itself. Only looks; makes nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace muster {

// Where no cgroup is made although one might be: for tests, and for whoever wants it so.
inline constexpr const char* no_cgroup_variable = "MUSTER_NO_CGROUP";

// The directory of the cgroup that a process is in, from its /proc/PID/mountinfo and
// /proc/PID/cgroup. Nothing where no mount shows it.
std::optional<std::string> directory_of_cgroup(std::string_view mountinfo, std::string_view cgroup);

// The version 2 line of a /proc/PID/cgroup: the path below the root of the hierarchy.
std::optional<std::string_view> path_in_hierarchy(std::string_view cgroup);

// The cgroup that a run of this app is to have for all its launches; the token makes it its own.
// Empty where none may be made.
std::string cgroup_for_run(std::string_view app, std::string_view token);

}  // namespace muster
