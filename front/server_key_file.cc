// See server_key_file.h.
#include "front/server_key_file.h"

namespace muster {

Result<ServerKeyFile> ServerKeyFile::open(const std::string& path, WallTime now) {
  ServerKeyFile file(path);
  file.seen_ = state_of(path);
  const auto text = read_own_file(path);
  if (!text) return tl::unexpected(text.error());
  auto key = parse_server_key(*text, path);
  if (!key) return tl::unexpected(key.error());
  file.key_ = std::move(*key);
  file.secret_ = file.key_.in_force(now);
  return file;
}

bool ServerKeyFile::is_replaced(WallTime now) {
  if (const FileState state = state_of(path_); state != seen_) {
    seen_ = state;
    const auto text = read_own_file(path_);
    auto key = text ? parse_server_key(*text, path_) : Result<ServerKey>(key_);
    if (key) key_ = std::move(*key);
  }
  return key_.in_force(now) != secret_;
}

}  // namespace muster
