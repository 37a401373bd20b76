// A file of ours as it is on the disk, where anything may have been put in its place: nothing here
// waits, follows a link or reads without a limit.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace muster {

// All of a regular file; ENOENT is an error too.
Result<std::string> read_whole_file(const std::string& path, size_t limit);
// Reads an open file from its beginning, wherever its position is.
Result<std::string> read_whole_file(int file, size_t limit);

// Under its name with ".found-N" behind it.
Result<> put_aside(const std::string& path);
// A directory, which a rename cannot replace, is put aside.
Result<> make_way(const std::string& path);

// Whether the path leads to this very file.
bool leads_to(const std::string& path, int file);

}  // namespace muster
