// The text of a descriptor that the program that starts the daemon has given by its path, as the
// shell does for `-e <(command)`. It can be read once, and by that first process alone: it is
// passed on in a variable that no program of the app gets.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace muster {

inline constexpr std::string_view given_pipe_prefix = "MUSTER_GIVEN_";

// Reads "/dev/fd/63" or "/proc/self/fd/63" while it is open; every other path is left alone, and so
// is what cannot be read or passed on.
void take_given_pipe(const std::string& path);
// The text of such a path, where it was taken.
std::optional<std::string> given_text(const std::string& path);

}  // namespace muster
