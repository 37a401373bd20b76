// The list of keys that are let in from the network, a line each:
//
//     NAME ROLE KEY [from=ADDRESS/BITS] [until=DATE] [once=SECONDS] [# note]
//
// Pure. Keeps: a line that is not understood lets nobody in, and neither does one that names a
// field that is not known here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "proto/role.h"

namespace muster {

// A part of the network, as "10.0.0.0/8", "10.0.0.7" or "fd00::/8" name it.
struct AddressRange {
  std::string bytes;  // 4 or 16
  unsigned bits = 0;
  bool has(std::string_view address) const;  // "10.0.0.7"
};
Result<AddressRange> parse_address_range(std::string_view text);

struct RemoteKey {
  std::string name;
  Role role = Role::read;
  std::string key;                // its bytes
  std::string from, until, note;  // as they were written; empty: no such limit
  // It is an invitation: up to that second since 1970 a client with this key may put its own in the
  // place, once, and do nothing else.
  std::optional<WallTime> once = {};
};

// A name is written into the log and before an '@': letters, digits, '_', '.' and '-'.
bool is_key_name(std::string_view text);
std::optional<Role> parse_role(std::string_view text);

// A line that can be read again; no newline.
std::string line_of(const RemoteKey& key);
// Fails for what line_of() could not write, or a list could not hold.
Result<> check_remote_key(const RemoteKey& key);

// Empty lines and comments are left out. An error is headed by FILE:LINE. No name and no key stands
// there twice.
Result<std::vector<RemoteKey>> parse_remote_keys(std::string_view text, const std::string& file);
inline constexpr size_t most_remote_keys = 1000;

// Why this key is not let in from that address at that time; empty: it is.
std::string why_not_now(const RemoteKey& key, std::string_view address, WallTime now);

}  // namespace muster
