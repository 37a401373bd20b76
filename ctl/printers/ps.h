// The processes as a table for people, or as JSON for programs.
#pragma once

#include <string>
#include <vector>

#include "base/colour.h"
#include "proto/message.h"

namespace muster {

struct PsLook {
  size_t width = SIZE_MAX;  // of the terminal, which commands are cut to
  bool wide = false;        // nothing is cut, and pid, port and restarts are shown
  bool is_terminal = false;
  bool colours = false;
  TypeColours types = TypeColours();
  WallTime now = {};
};

// `web.1         up for 5m           node web.js`. On a terminal with pid and port where there is
// room for them.
std::string ps_table(const PsReply& reply, const PsLook& look);
std::string ps_usage_table(const PsReply& reply, const PsLook& look);
// `up for 5m`; of a process that crashes how, how often, and when it is launched again.
std::string state_text(const ProcessRow& row);
// Green, yellow, red; nothing for what is at rest.
std::string_view state_colour(std::string_view state);
// The rest of a row's note: what neither table says. Empty: there is none.
std::string note_beside_table(const ProcessRow& row);
// Those of all rows, "web.1: exec x: No such file"; one that many have is said once.
std::vector<std::string> notes_beside_table(const std::vector<ProcessRow>& rows);

// An array of the processes.
std::string ps_json(const std::vector<ProcessRow>& rows);

}  // namespace muster
