// Reads one small file whole. Never blocks on a pipe or a device that has a file's name.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"

namespace muster {

// Nothing if there is no such file; an error if it is not a regular file, cannot be read or is
// larger than limits::config_file.
Result<std::optional<std::string>> read_text_file(const std::string& path);

}  // namespace muster
