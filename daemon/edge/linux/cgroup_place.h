// Where on this machine a daemon may make cgroups for its launches: below the one that it is in
// itself, of version 2, or of version 1 where a controller still has a hierarchy of its own. Only
// looks; makes nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace muster {

// Where no cgroup is made although one might be: for tests, and for users who want it so.
inline constexpr const char* no_cgroup_variable = "MUSTER_NO_CGROUP";

// The directory of the cgroup that a process is in, from its /proc/PID/mountinfo and
// /proc/PID/cgroup: that of version 2, or of the named controller's own hierarchy. It is nothing
// where no mount shows it.
std::optional<std::string> directory_of_cgroup(std::string_view mountinfo, std::string_view cgroup,
                                               std::string_view controller = {});

// The line of a /proc/PID/cgroup for version 2, or for the controller's own hierarchy: the path
// below its root.
std::optional<std::string_view> path_in_hierarchy(std::string_view cgroup,
                                                  std::string_view controller = {});

// Our own one.
std::optional<std::string> own_cgroup(std::string_view controller = {});

// Whether the word is in a list such as "cpu,cpuacct".
bool lists(std::string_view list, std::string_view word, char between = ',');

// The names of the cgroups of a run; the token makes them its own. Empty where none may be made.
std::string cgroup_name(std::string_view app, std::string_view token);

// The cgroup that a run of this app is to have for all its launches, of version 2. Empty where none
// may be made.
std::string cgroup_for_run(std::string_view app, std::string_view token);

}  // namespace muster
