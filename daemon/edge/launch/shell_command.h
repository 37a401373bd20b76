// How a command line of the Procfile is run: as `sh -c` would run it, but so that the process is
// the program itself, and no shell where there is nothing for a shell to do. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace muster {

// The words to execute, the program first. Plain words are the program's words already: no shell is
// started just to split them at blanks, and a program that is missing is a start that fails instead
// of a shell that says so. Anything else is `/bin/sh -c with_exec(command)`.
std::vector<std::string> shell_words(std::string_view command);

// `command` with "exec " before it where that changes nothing but who runs: where it is one simple
// command that names a program. In doubt (lists, pipelines, assignments, builtins, substitutions)
// it is returned as it is, and the shell stays.
std::string with_exec(std::string_view command);

}  // namespace muster
