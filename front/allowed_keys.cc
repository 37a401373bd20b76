// See allowed_keys.h.
#include "front/allowed_keys.h"

#include <sys/stat.h>

#include "front/own_file.h"

namespace muster {
namespace {

constexpr int64_t nanos_of_second = 1'000'000'000;

int64_t nanos(const timespec& time) { return time.tv_sec * nanos_of_second + time.tv_nsec; }

}  // namespace

AllowedKeys::FileState AllowedKeys::state() const {
  struct stat status {};
  if (::lstat(path_.c_str(), &status) != 0) return {};
  return {static_cast<int64_t>(status.st_ino), status.st_size, nanos(status.st_mtim),
          nanos(status.st_ctim)};
}

bool AllowedKeys::look() {
  const FileState now = state();
  if (has_looked_ && now == seen_) return false;
  has_looked_ = true;
  seen_ = now;
  keys_.clear();
  trouble_.clear();
  const auto text = now == FileState{} ? Result<std::string>("") : read_own_file(path_);
  auto keys = text ? parse_remote_keys(*text, path_)
                   : Result<std::vector<RemoteKey>>(tl::unexpected(text.error()));
  if (!keys)
    trouble_ = keys.message();
  else if (keys->empty())
    trouble_ = "there is no key that may come in: ctl key add NAME ROLE KEY";
  else
    keys_ = std::move(*keys);
  return true;
}

const RemoteKey* AllowedKeys::find(std::string_view key) const {
  for (auto& one : keys_)
    if (one.key == key) return &one;
  return nullptr;
}

}  // namespace muster
