// Completion scripts for shells: the verbs as the table has them, and a question to ctl itself for
// whatever follows a verb (ctl/candidates.h).
#pragma once

#include <string>
#include <string_view>

namespace muster {

// For bash, zsh or fish; empty for any other.
std::string completion(std::string_view shell);

}  // namespace muster
