// Another program, run to its end: git, an app's bin/build, musterd. Knows nothing of what it is
// for.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace muster {

using ProgramEnvironment = std::map<std::string, std::string>;

// The environment of this program. Without what git tells its hooks: a program that is started from
// one works on other repositories, if on any.
ProgramEnvironment own_environment();
ProgramEnvironment environment_without_git();

struct Program {
  std::vector<std::string> argv;  // the first is looked for in PATH, if it has no slash
  std::string directory;          // empty: as it is
  ProgramEnvironment environment = own_environment();
  // Is called with what it prints, both outputs in one; none: they stay those of this program.
  std::function<void(std::string_view)> on_output = {};
};

// Its exit status, or 128 + signal. An error if it cannot be started. Its stdin is empty.
Result<int> run_program(const Program& program);

// The text that it prints on both outputs, without the last newline, if it succeeds; else an error
// with it.
Result<std::string> output_of(Program program);

// The directory of the program that runs.
std::string own_program_directory();

}  // namespace muster
