// How a command line of the Procfile is given to the shell, so that the process that runs is the
// program itself and not a shell that waits for it. Pure.
#pragma once

#include <string>
#include <string_view>

namespace muster {

// `command` with "exec " before it where that changes nothing but who runs: where it is one simple
// command that names a program. In doubt (lists, pipelines, assignments, builtins, substitutions)
// it is returned as it is, and the shell stays.
std::string with_exec(std::string_view command);

}  // namespace muster
