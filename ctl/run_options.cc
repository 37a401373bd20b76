// See run_options.h.
#include "ctl/run_options.h"

#include <fmt/format.h>

#include "ctl/session.h"

namespace muster {

// From the first word that is no option on, everything is the command's.
void RunOptions::add_to(Options& options) {
  options.texts("-e,--env", variables, "For its environment; K alone is as it is here")
      .shown_as("K=V");
  options.flag("--no-tty", no_tty, "No terminal for it, though we have one");
  options.rest(command);
}

Outcome<void> RunOptions::take_variables(RunRequest& request) const {
  for (auto& pair : variables) {
    const size_t equals = pair.find('=');
    if (auto own = equals == pair.npos ? environment_variable(pair) : std::nullopt) {
      request.env[pair] = *own;
      continue;
    }
    if (equals == 0 || equals == pair.npos)
      return failure(ExitCode::usage,
                     fmt::format("-e '{}' is not of the form K=V, and not a variable here", pair));
    request.env[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return {};
}

}  // namespace muster
