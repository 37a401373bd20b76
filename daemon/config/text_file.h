// Reads one small file whole. Never blocks on a pipe or a device that has a file's name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace muster {

// Nothing if there is no such file; an error if it is not a regular file, cannot be read or is
// larger than limits::config_file.
Result<std::optional<std::string>> read_text_file(const std::string& path);

// Tells one text from another; never 0. Not for texts of somebody who wants two to be alike.
uint64_t digest_of(std::string_view text);

}  // namespace muster
