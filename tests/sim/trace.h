// Events and actions as short lines, for the trace of a seed that failed.
#pragma once

#include <string>

#include "daemon/core/action.h"

namespace muster::sim {

std::string text_of(const Event& event);
std::string text_of(const Action& action);

}  // namespace muster::sim
