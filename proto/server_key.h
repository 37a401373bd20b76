// The file with the secret half of the key by which a daemon is known to other machines: its first
// line is the key's text. While the key is being replaced a second one follows:
//
//     next KEY from=SECONDS
//
// Pure. Keeps: there is one key in force at any moment, which is the next one from its second on.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace muster {

struct ServerKey {
  std::string secret;    // its bytes
  std::string next;      // empty: it is not being replaced
  WallTime next_from{};  // a whole second since 1970

  bool is_replaced(WallTime now) const { return !next.empty() && now >= next_from; }
  const std::string& in_force(WallTime now) const { return is_replaced(now) ? next : secret; }
};

// An error is headed by the file, and names no part of the text: it is a secret.
Result<ServerKey> parse_server_key(std::string_view text, const std::string& file);
std::string text_of(const ServerKey& key);

}  // namespace muster
