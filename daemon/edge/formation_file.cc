// See formation_file.h.
#include "daemon/edge/formation_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "base/unique_fd.h"
#include "daemon/config/formation.h"

namespace muster {

namespace {

constexpr size_t largest_file = 1 << 20;  // 4096 types with names of 63 bytes are a quarter of it

Result<> write_file(const std::string& path, std::string_view text) {
  UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return fail_errno(errno, "{}: open", path);
  while (!text.empty()) {
    ssize_t n = write(fd.get(), text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(errno, "{}: write", path);
    text.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

void sync_path(const std::string& path, int flags) {
  UniqueFd fd(open(path.c_str(), flags | O_RDONLY | O_CLOEXEC));
  if (fd) fsync(fd.get());
}

}  // namespace

Result<std::optional<FormationCounts>> FormationFile::load() const {
  UniqueFd fd(open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd && errno == ENOENT) return std::optional<FormationCounts>();
  if (!fd) return fail_errno(errno, "{}: open", path_);
  std::string text;
  std::array<char, 4096> part;
  ssize_t n;
  while ((n = read(fd.get(), part.data(), part.size())) > 0 && text.size() <= largest_file)
    text.append(part.data(), static_cast<size_t>(n));
  if (n < 0) return fail_errno(errno, "{}: read", path_);
  auto formation = parse_formation(text);
  if (!formation) return within(formation.error(), "{}", path_);
  return std::optional(std::move(*formation));
}

Result<> FormationFile::save(const FormationCounts& formation) {
  std::string next = path_ + ".next";
  if (Result<> written = write_file(next, format_formation(formation) + '\n'); !written)
    return written;
  if (rename(next.c_str(), path_.c_str()) != 0)
    return fail_errno(errno, "{}: rename to {}", next, path_);
  saved_since_sync_ = true;
  if (!sync_.busy()) sync();
  return {};
}

void FormationFile::sync() {
  saved_since_sync_ = false;
  sync_.start(
      [path = path_] {
        sync_path(path, 0);
        sync_path(path.substr(0, path.rfind('/')), O_DIRECTORY);
      },
      [this] {
        if (saved_since_sync_) sync();
      });
}

}  // namespace muster
