// See server_key.h.
#include "proto/server_key.h"

#include <fmt/format.h>
#include <charconv>

#include "proto/key_text.h"

namespace muster {
namespace {

constexpr std::string_view next_key_word = "next ", moment_field = " from=";
constexpr int64_t last_second = 9'000'000'000;  // in nanoseconds it still fits 64 bits

int64_t seconds_of(WallTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

bool take_next(std::string_view line, ServerKey& key) {
  const size_t from = line.find(moment_field);
  if (!line.starts_with(next_key_word) || from == line.npos) return false;
  const auto next = key_of_text(line.substr(next_key_word.size(), from - next_key_word.size()));
  const std::string_view digits = line.substr(from + moment_field.size());
  int64_t second = -1;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), second);
  if (!next || problem != std::errc() || end != digits.data() + digits.size()) return false;
  if (second < 0 || second > last_second) return false;
  key.next = *next;
  key.next_from = WallTime(std::chrono::seconds(second));
  return true;
}

}  // namespace

Result<ServerKey> parse_server_key(std::string_view text, const std::string& file) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  const size_t end = text.find('\n');
  const auto secret = key_of_text(text.substr(0, end));
  if (!secret) return fail("{} holds no key", file);
  ServerKey key{*secret, {}, {}};
  if (end != text.npos && !take_next(text.substr(end + 1), key))
    return fail("{}:2: a second line is: next KEY from=SECONDS", file);
  return key;
}

std::string text_of(const ServerKey& key) {
  std::string text = key_text(key.secret) + '\n';
  if (!key.next.empty())
    text += fmt::format("{}{}{}{}\n", next_key_word, key_text(key.next), moment_field,
                        seconds_of(key.next_from));
  return text;
}

}  // namespace muster
