// See allowed_keys.h.
#include "front/allowed_keys.h"

#include "base/own_file.h"

namespace muster {
bool AllowedKeys::look() {
  const FileState now = state_of(path_);
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
