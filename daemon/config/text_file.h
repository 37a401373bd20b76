// Reads one small file whole. Blocks on no device that has a file's name, and on a pipe no longer
// than is said.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace muster {

// It is nothing if there is no such file; an error if it is not a regular file, cannot be read or
// is larger than limits::config_file.
Result<std::optional<std::string>> read_text_file(const std::string& path);
// The same in a directory that another user has filled: also an error if a link leads out of it.
Result<std::optional<std::string>> read_text_beneath(const std::string& directory,
                                                     const std::string& name);

// The same for what may be a named pipe, whose writer may take so long; with no patience it is left
// unread.
struct TextRead {
  std::optional<std::string> text;
  bool is_pipe = false;
};
Result<TextRead> read_text_or_pipe(const std::string& path, Nanos patience);

}  // namespace muster
