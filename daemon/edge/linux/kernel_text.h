// Files that the kernel writes anew for each reader, below /proc and /sys/fs/cgroup.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace muster {

// It is nothing if the file cannot be opened. Bytes; ends soon after `limit` of them.
std::optional<std::string> read_kernel_text(const std::string& path, size_t limit = 1 << 20);

// 0, or the error number.
int write_kernel_text(const std::string& path, const std::string& text);

}  // namespace muster
