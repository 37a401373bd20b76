// See whole_file.h.
#include "base/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>

#include "base/unique_fd.h"

namespace muster {
namespace {

// Names that are tried; a user who puts more directories in the way has to tidy up first.
constexpr int most_aside = 100;

}  // namespace

Result<std::string> read_whole_file(int file, size_t limit) {
  struct stat status {};
  if (fstat(file, &status) != 0) return fail_errno(errno, "stat");
  if (!S_ISREG(status.st_mode)) return fail("it is no regular file");
  if (static_cast<size_t>(status.st_size) > limit)
    return fail("it is too large: {} bytes", status.st_size);
  std::string text(static_cast<size_t>(status.st_size), '\0');
  size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t n =
        pread(file, text.data() + filled, text.size() - filled, static_cast<off_t>(filled));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(errno, "read");
    if (n == 0) break;
    filled += static_cast<size_t>(n);
  }
  text.resize(filled);
  return text;
}

Result<std::string> read_whole_file(const std::string& path, size_t limit) {
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file) return fail_errno(errno, "open");
  return read_whole_file(file.get(), limit);
}

Result<> put_aside(const std::string& path) {
  struct stat status {};
  for (int i = 1; i <= most_aside; ++i) {
    const std::string aside = fmt::format("{}.found-{}", path, i);
    if (lstat(aside.c_str(), &status) == 0) continue;
    if (rename(path.c_str(), aside.c_str()) != 0) return fail_errno(errno, "{}: rename", path);
    return {};
  }
  return fail("{} is in the way, and so are {} others that were put aside", path, most_aside);
}

Result<> make_way(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return {};
  return put_aside(path);
}

bool leads_to(const std::string& path, int file) {
  struct stat there {
  }, ours{};
  return lstat(path.c_str(), &there) == 0 && fstat(file, &ours) == 0 &&
         there.st_dev == ours.st_dev && there.st_ino == ours.st_ino;
}

}  // namespace muster
