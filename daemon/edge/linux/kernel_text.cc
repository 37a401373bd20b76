// See kernel_text.h.
#include "daemon/edge/linux/kernel_text.h"

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>

#include "base/unique_fd.h"

namespace muster {

std::optional<std::string> read_kernel_text(const std::string& path, size_t limit) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return {};
  std::string text;
  while (text.size() < limit) {
    char chunk[4096];
    const ssize_t n = read(fd.get(), chunk, sizeof chunk);
    if (n <= 0) break;
    text.append(chunk, static_cast<size_t>(n));
  }
  return text;
}

int write_kernel_text(const std::string& path, const std::string& text) {
  UniqueFd fd(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return fd && write(fd.get(), text.data(), text.size()) >= 0 ? 0 : errno;
}

}  // namespace muster
