// A file of the front's directory that decides which keys are let in. Keeps: it is read only if no
// other user can read or change it.
#pragma once

#include <string>

#include "base/result.h"

namespace muster {

inline constexpr size_t largest_own_file = 1 << 20;

Result<std::string> read_own_file(const std::string& path);

}  // namespace muster
