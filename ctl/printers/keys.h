// Prints the keys that are let in from other machines, for people and for programs.
#pragma once

#include <string>

#include "proto/message.h"

namespace muster {

std::string keys_table(const KeysReply& reply);
std::string keys_json(const KeysReply& reply);

}  // namespace muster
