// How the daemon's own messages are written: what is not the daemon's in them, such as the name of
// a file, can neither steer a terminal nor forge a line.
#pragma once

#include <memory>
#include <string>

#include <spdlog/formatter.h>

namespace muster {

// As spdlog's patterns, with the message as `%*`.
std::unique_ptr<spdlog::formatter> safe_formatter(std::string pattern);

}  // namespace muster
