// The mark of the processes of one launch in their environment, which cannot be made up from the
// marks of other launches: a keyed hash (SipHash-2-4) of the launch id.
#pragma once

#include <string>
#include <string_view>

#include "proto/ids.h"

namespace muster {

// 16 hex digits, the same each time. `secret` is 32 hex digits, as `new_secret` makes it; without
// it there is no mark, as an earlier program knew none.
std::string mark_of(std::string_view secret, LaunchId launch);
std::string new_secret();

}  // namespace muster
