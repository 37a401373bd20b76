// See text_file.h.
#include "daemon/config/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <cerrno>

#include "base/unique_fd.h"
#include "proto/limits.h"

namespace muster {

// FNV-1a.
uint64_t digest_of(std::string_view text) {
  uint64_t digest = 0xcbf29ce484222325;
  for (const char c : text) digest = (digest ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return digest == 0 ? 1 : digest;
}

Result<std::optional<std::string>> read_text_file(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd && errno == ENOENT) return std::nullopt;
  if (!fd) return fail_errno(errno, "cannot open it");
  struct stat status;
  if (::fstat(fd.get(), &status) < 0) return fail_errno(errno, "cannot look at it");
  if (!S_ISREG(status.st_mode)) return fail("it is not a regular file");

  // The size may change while it is read: what counts is what arrives.
  std::string text;
  char chunk[16 << 10];
  for (;;) {
    ssize_t got = ::read(fd.get(), chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(errno, "cannot read it");
    if (got == 0) return text;
    text.append(chunk, static_cast<size_t>(got));
    if (text.size() > limits::config_file)
      return fail("it is larger than {} bytes", limits::config_file);
  }
}

}  // namespace muster
