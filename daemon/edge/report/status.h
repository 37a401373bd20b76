// The health of the daemon as the machine and the router see it.
#pragma once

#include <string>
#include <vector>

#include "proto/message.h"
#include "router/router.h"

namespace muster {

// Fills in what does not depend on the app: version, supervisor, memory, descriptors, numbers,
// sizes.
void fill_status(StatusReply& status, const RouterHead& head, std::vector<std::string> alarms);

}  // namespace muster
