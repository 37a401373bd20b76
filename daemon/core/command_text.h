// Commands as text: words quoted for a shell, and the command line as the log shows it. Not how a
// command is run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

// A word that `sh` reads as exactly these bytes; harmless words stay as they are.
std::string shell_quoted(std::string_view word);
std::string shell_quoted(const std::vector<std::string>& words);

// As the log shows it: only $PORT and ${PORT} are replaced, nothing else is the shell's business
// here.
std::string with_port(std::string_view command, std::optional<uint32_t> port);

}  // namespace muster
