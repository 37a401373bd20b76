// A file that holds a secret or decides who is let in. Keeps: it is read only if no
// other user can read or change it.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace muster {

inline constexpr size_t largest_own_file = 1 << 20;

Result<std::string> read_own_file(const std::string& path);

// It differs after each change of the file; all zeros: there is none.
using FileState = std::array<int64_t, 4>;  // inode, size, times
FileState state_of(const std::string& path);

}  // namespace muster
