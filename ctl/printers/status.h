// The daemon's health, for people and for programs.
#pragma once

#include <string>

#include "proto/message.h"

namespace muster {

std::string status_text(const StatusReply& status);
// Prints an object with every field of the reply.
std::string status_json(const StatusReply& status);

}  // namespace muster
