// The rules that a request keeps beyond the types of its fields: nothing that a process could not
// be given, or that would be cut or overflow on its way there. Part of decoding; see PROTOCOL.md 2.
#pragma once

#include <optional>
#include <string>

#include "proto/message.h"

namespace muster {

// The fault of a request, beginning with the field; nothing if it is fine.
std::optional<std::string> problem_with(const Request& request);

}  // namespace muster
