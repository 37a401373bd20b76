// A word of a unit of systemd, in the quotes that systemd knows, so that it stands for nothing
// else.
#pragma once

#include <string>
#include <string_view>

namespace muster {

// A word of ExecStart and its like, where a `$` is a variable.
std::string unit_command_word(std::string_view text);
// A word of Environment and its like.
std::string unit_word(std::string_view text);
// The whole rest of a line, as a path: no quotes, and specifiers alone are written out.
std::string unit_path(std::string_view path);

}  // namespace muster
