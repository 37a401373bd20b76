// The way back to a log on another machine after the connection was lost: tries for a while, and
// says so. Does not read. Keeps: when the reader of its output has gone, it ends.
#pragma once

#include <optional>
#include <string>

#include "ctl/session.h"
#include "proto/message.h"

namespace muster {

// How a reading has ended, if another one may go on where it was.
struct Ended {
  bool refused = false;               // the daemon serves others, and nothing has been shown yet
  std::string lost = {};              // the connection to another machine, as it is told
  std::optional<ReplayRequest> rest;  // then: what was not shown yet
};

// It is nothing if it cannot be had any more, which the caller tells. `lost` is what has happened.
std::optional<Endpoints> connect_again(const Session& session, const std::string& lost);

}  // namespace muster
