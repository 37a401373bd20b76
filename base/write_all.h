// All of it or an error, into a file.
#pragma once

#include <unistd.h>
#include <cerrno>
#include <string_view>

#include "base/result.h"

namespace muster {

inline Result<> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(errno, "write");
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

}  // namespace muster
