// The releases as the table of Heroku's, or as JSON; newest first.
#pragma once

#include <string>
#include <vector>

#include "proto/message.h"

namespace muster {

// A release that did not come up, or has not yet, says so behind its change. Ages up to a day, then
// times.
std::string releases_table(const std::vector<ReleaseRow>& rows, WallTime now);
std::string releases_json(const std::vector<ReleaseRow>& rows);

}  // namespace muster
