// See own_file.h.
#include "base/own_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>

#include "base/time.h"
#include "base/trusted_path.h"
#include "base/whole_file.h"

namespace muster {
namespace {

int64_t nanos(const timespec& time) {
  return time.tv_sec * std::chrono::nanoseconds(1s).count() + time.tv_nsec;
}

}  // namespace

FileState state_of(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return {};
  return {static_cast<int64_t>(status.st_ino), status.st_size, nanos(status.st_mtim),
          nanos(status.st_ctim)};
}

Result<std::string> read_own_file(const std::string& path) {
  const auto file = open_regular(path, O_RDONLY);
  if (!file) return tl::unexpected(file.error());
  if (!*file) return fail("{} is not there", path);
  struct stat status {};
  if (::fstat(file->get(), &status) != 0) return fail_errno(errno, "{}", path);
  if (status.st_uid != ::geteuid()) return fail("{} belongs to another user", path);
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return fail("{0} can be read by other users: chmod 600 {0}", path);
  auto text = read_whole_file(file->get(), largest_own_file);
  if (!text) return within(text.error(), "{}", path);
  return text;
}

}  // namespace muster
