// See remote_keys.h.
#include "proto/remote_keys.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <algorithm>
#include <charconv>

#include "base/time_text.h"
#include "proto/key_text.h"

namespace muster {
namespace {

constexpr size_t longest_key_name = 63, longest_note = 200;
constexpr std::string_view from_field = "from=", until_field = "until=", once_field = "once=";
constexpr int64_t last_invitation = 9'000'000'000;  // seconds; in nanoseconds it fits 64 bits
constexpr unsigned bits_of_byte = 8;
constexpr size_t bytes_of_four = 4, bytes_of_six = 16;

// 4 or 16 bytes; empty if it is no address. An address of IPv4 may be written as one of IPv6.
std::string bytes_of(std::string_view text) {
  const std::string address(text);
  std::string bytes(bytes_of_six, '\0');
  if (inet_pton(AF_INET, address.c_str(), bytes.data()) == 1) return bytes.substr(0, bytes_of_four);
  if (inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return {};
  const std::string mapped = std::string(10, '\0') + "\xff\xff";
  return bytes.starts_with(mapped) ? bytes.substr(mapped.size()) : bytes;
}

// The end of the last moment that the text names: a day that is named is let in to its end.
Result<WallTime> end_of(const std::string& until, WallTime now) {
  auto span = parse_time(until, now);
  if (!span) return within(span.error(), "until");
  return span->last;
}

bool take_once(std::string_view digits, RemoteKey& key) {
  int64_t second = -1;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), second);
  const bool is_good = problem == std::errc() && end == digits.data() + digits.size();
  if (!is_good || key.once || second < 0 || second > last_invitation) return false;
  key.once = WallTime(std::chrono::seconds(second));
  return true;
}

Result<RemoteKey> parse_line(std::string_view line) {
  RemoteKey key;
  if (const size_t comment = line.find('#'); comment != line.npos) {
    std::string_view note = line.substr(comment + 1);
    while (note.starts_with(' ')) note.remove_prefix(1);
    key.note = note;
    line = line.substr(0, comment);
  }
  std::vector<std::string> words;
  for (size_t at = 0; at < line.size();) {
    const size_t begin = line.find_first_not_of(" \t\r", at);
    if (begin == line.npos) break;
    at = std::min(line.find_first_of(" \t\r", begin), line.size());
    words.emplace_back(line.substr(begin, at - begin));
  }
  constexpr size_t fewest = 3;
  if (words.size() < fewest) return fail("a line is NAME ROLE KEY [from=...] [until=...]");
  key.name = words[0];
  const auto role = parse_role(words[1]);
  if (!role) return fail("'{}' is none of read, operate, admin", words[1]);
  key.role = *role;
  const auto bytes = key_of_text(words[2]);
  if (!bytes) return fail("'{}' is no key: it has a wrong character, or is cut", words[2]);
  key.key = *bytes;
  for (size_t i = fewest; i < words.size(); i++) {
    if (words[i].starts_with(from_field) && key.from.empty())
      key.from = words[i].substr(from_field.size());
    else if (words[i].starts_with(until_field) && key.until.empty())
      key.until = words[i].substr(until_field.size());
    else if (!words[i].starts_with(once_field) ||
             !take_once(std::string_view(words[i]).substr(once_field.size()), key))
      return fail("'{}' is not known, or stands there twice", words[i]);
  }
  if (Result<> good = check_remote_key(key); !good) return tl::unexpected(good.error());
  return key;
}

}  // namespace

bool AddressRange::has(std::string_view address) const {
  const std::string other = bytes_of(address);
  if (other.size() != bytes.size() || bytes.empty()) return false;
  const size_t whole = bits / bits_of_byte, rest = bits % bits_of_byte;
  if (other.compare(0, whole, bytes, 0, whole) != 0) return false;
  if (rest == 0) return true;
  const auto differs = static_cast<unsigned char>(other[whole] ^ bytes[whole]);
  return differs >> (bits_of_byte - rest) == 0;
}

Result<AddressRange> parse_address_range(std::string_view text) {
  const size_t slash = text.find('/');
  AddressRange range{bytes_of(text.substr(0, slash)), 0};
  const auto all = static_cast<unsigned>(range.bytes.size()) * bits_of_byte;
  range.bits = all;
  bool is_good = all > 0;
  if (slash != text.npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), range.bits);
    is_good = is_good && problem == std::errc() && end == digits.data() + digits.size() &&
              range.bits <= all;
  }
  if (is_good) return range;
  return fail("'{}' is no part of a network, such as 10.0.0.0/8 or fd00::7", text);
}

bool is_key_name(std::string_view text) {
  constexpr std::string_view also = "_.-";
  return !text.empty() && text.size() <= longest_key_name &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  also.find(c) != also.npos;
         });
}

std::optional<Role> parse_role(std::string_view text) {
  for (const Role role : {Role::read, Role::operate, Role::admin})
    if (name_of(role) == text) return role;
  return std::nullopt;
}

std::string line_of(const RemoteKey& key) {
  std::string line = fmt::format("{} {} {}", key.name, name_of(key.role), key_text(key.key));
  if (!key.from.empty()) line += fmt::format(" {}{}", from_field, key.from);
  if (!key.until.empty()) line += fmt::format(" {}{}", until_field, key.until);
  if (key.once)
    line += fmt::format(
        " {}{}", once_field,
        std::chrono::duration_cast<std::chrono::seconds>(key.once->time_since_epoch()).count());
  if (!key.note.empty()) line += fmt::format(" # {}", key.note);
  return line;
}

Result<> check_remote_key(const RemoteKey& key) {
  if (!is_key_name(key.name))
    return fail("'{}' cannot be a name: letters, digits, '_', '.', '-', at most {}", key.name,
                longest_key_name);
  if (key.key.size() != key_bytes) return fail("a key has {} bytes", key_bytes);
  if (!key.from.empty())
    if (auto range = parse_address_range(key.from); !range) return within(range.error(), "from");
  if (!key.until.empty()) {
    // A date that is written down stays the same day by day.
    const bool is_date = key.until[0] >= '0' && key.until[0] <= '9' && key.until.size() >= 10 &&
                         key.until[4] == '-' && key.until.find(' ') == std::string::npos;
    if (!is_date) return fail("until: '{}' is no date, such as 2027-01-31", key.until);
    if (auto end = end_of(key.until, WallTime{}); !end) return tl::unexpected(end.error());
  }
  const auto is_control = [](unsigned char c) { return c < ' ' || c == 0x7f; };
  if (key.note.size() > longest_note || std::any_of(key.note.begin(), key.note.end(), is_control))
    return fail("a note is one line of at most {} bytes", longest_note);
  return {};
}

Result<std::vector<RemoteKey>> parse_remote_keys(std::string_view text, const std::string& file) {
  std::vector<RemoteKey> keys;
  for (size_t number = 1; !text.empty(); number++) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const size_t begin = line.find_first_not_of(" \t\r");
    if (begin == line.npos || line[begin] == '#') continue;
    auto key = parse_line(line);
    if (!key) return within(key.error(), "{}:{}", file, number);
    for (auto& other : keys)
      if (other.name == key->name || other.key == key->key)
        return fail("{}:{}: '{}' or its key stands there twice", file, number, key->name);
    if (keys.size() == most_remote_keys)
      return fail("{}:{}: more than {} keys", file, number, most_remote_keys);
    keys.push_back(std::move(*key));
  }
  return keys;
}

std::string why_not_now(const RemoteKey& key, std::string_view address, WallTime now) {
  if (key.once && *key.once < now) return "the invitation has ended";
  if (!key.from.empty()) {
    const auto range = parse_address_range(key.from);
    if (!range || !range->has(address)) return "not from this address";
  }
  if (!key.until.empty()) {
    const auto end = end_of(key.until, now);
    if (!end || *end < now) return "expired";
  }
  return {};
}

}  // namespace muster
