// The options of every verb that runs something, and its command. Keeps: from the first word that
// is no option on, everything is the command's.
#pragma once

#include <string>
#include <vector>

#include "base/options.h"
#include "ctl/exit_code.h"
#include "proto/message.h"

namespace muster {

struct RunOptions {
  std::vector<std::string> variables;  // "K=V"
  bool no_tty = false;
  std::vector<std::string> command;

  void add_to(Options& options);
  Outcome<void> take_variables(RunRequest& request) const;
};

}  // namespace muster
