// The table of verbs for those who are not at the terminal's prompt yet: completion for shells and
// the manual page. Everything is made from what `--help` is made from.
#pragma once

#include <string>
#include <string_view>

#include "ctl/verbs/verb.h"

namespace muster {

// For bash, zsh or fish; empty for any other.
std::string completion(std::string_view shell);
// ctl(1), as troff.
std::string manual();

}  // namespace muster
