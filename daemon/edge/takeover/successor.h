// Whether the programs that are installed now could go on where this one stops: asked before an
// upgrade, when nothing has happened yet.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace muster {

// "NAME VERSION\n" for each format that outlives this program: what `musterd --formats` prints.
std::string formats_text();

// An error says which of the programs is missing, no program, or of another version, or what it
// cannot read. `command` is how this one was called. Runs each of them, for a second at most.
Result<> check_successor(std::vector<std::string> command);

// The same for what it printed.
Result<> check_formats(std::string_view printed);

}  // namespace muster
