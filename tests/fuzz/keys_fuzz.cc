// A list of keys, or a file of the server's key, of any bytes is refused, or it is one that can be
// written and read again and is the same.
#include <string>
#include <string_view>

#include "base/check.h"
#include "proto/key_text.h"
#include "proto/remote_keys.h"
#include "proto/server_key.h"

using namespace muster;

namespace {

const WallTime moments[] = {WallTime{}, WallTime{1'800'000'000s}, WallTime::max()};

std::string lines_of(const std::vector<RemoteKey>& keys) {
  std::string lines;
  for (auto& key : keys) lines += line_of(key) + '\n';
  return lines;
}

void take_list(std::string_view text) {
  const auto keys = parse_remote_keys(text, "keys");
  if (!keys) return;
  CHECK(keys->size() <= most_remote_keys, "there are too many");
  const std::string lines = lines_of(*keys);
  const auto again = parse_remote_keys(lines, "keys");
  CHECK(again, "what was written cannot be read: {}", again.message());
  CHECK(lines_of(*again) == lines, "what was read is another list");
  for (auto& key : *keys)
    for (const WallTime now : moments) (void)why_not_now(key, "10.0.0.7", now);
}

void take_server_key(std::string_view text) {
  const auto key = parse_server_key(text, "key");
  if (!key) return;
  const auto again = parse_server_key(text_of(*key), "key");
  CHECK(again, "what was written cannot be read: {}", again.message());
  for (const WallTime now : moments) {
    CHECK(key->in_force(now).size() == key_bytes, "that is no key");
    CHECK(again->in_force(now) == key->in_force(now), "what was read is another key");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  take_list(text);
  take_server_key(text);
  (void)parse_address_range(text);
  if (const auto key = key_of_text(text))
    CHECK(key_of_text(key_text(*key)) == key, "the key has two texts");
  return 0;
}
