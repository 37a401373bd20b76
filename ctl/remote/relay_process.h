// The process that stands in for the forwarding of ssh where that is not allowed: it listens at
// sockets in a directory here, and carries what comes there to `ctl serve` over ssh. Keeps: it ends
// with the connection of ssh, or when it was not used for a minute.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "ctl/remote/ssh.h"

namespace muster {

// Returns when the other side has greeted. `line` is for the shell over there.
Result<> start_relay(const Ssh& ssh, const std::string& line, const std::string& directory,
                     const std::vector<std::string>& names);

}  // namespace muster
