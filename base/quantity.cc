// See quantity.h.
#include "base/quantity.h"

#include <charconv>
#include <chrono>
#include <optional>
#include <string>

namespace muster {
namespace {

// Longer than any daemon lives, and far from where nanoseconds overflow.
constexpr Nanos longest_duration = std::chrono::hours(24 * 365);

struct Unit {
  std::string_view name;
  Nanos length;
};
constexpr Unit units[] = {{"ms", 1ms}, {"s", 1s}, {"m", 1min}, {"h", 1h}, {"d", 24h}};

// The number that `text` begins with, which is taken away.
template <class T>
std::optional<T> take_count(std::string_view& text) {
  T count = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return count;
}

std::optional<Nanos> take_duration(std::string_view& text) {
  auto count = take_count<uint32_t>(text);
  if (!count) return std::nullopt;
  const std::string_view word = text.substr(0, text.find_first_of("0123456789"));
  for (auto& unit : units) {
    if (unit.name != word) continue;
    text.remove_prefix(word.size());
    return *count > longest_duration / unit.length ? longest_duration : *count * unit.length;
  }
  return std::nullopt;
}

std::optional<uint64_t> size_of(std::string_view text) {
  constexpr std::string_view suffixes = "KMGT";
  constexpr unsigned bits_of_each = 10;
  auto number = take_count<uint64_t>(text);
  unsigned shift = 0;
  if (number && text.size() == 1) {
    const size_t at = suffixes.find(text.front());
    shift = at == suffixes.npos ? 0 : bits_of_each * static_cast<unsigned>(at + 1);
    if (shift > 0) text = {};
  }
  if (!number || !text.empty() || *number > (UINT64_MAX - 1) >> shift) return std::nullopt;
  return *number << shift;
}

}  // namespace

Result<Nanos> parse_duration(std::string_view text) {
  Nanos total{};
  std::string_view rest = text;
  do {
    auto part = take_duration(rest);
    if (!part) return fail("'{}' is not a duration, such as \"500ms\", \"5s\" or \"1m30s\"", text);
    total += *part;
    if (total >= longest_duration) return fail("'{}' is longer than a year", text);
  } while (!rest.empty());
  return total;
}

std::optional<std::string> size_meant_by(std::string_view text) {
  std::string meant;
  for (char c : text)
    if (c != ' ') meant += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  if (meant.ends_with('B')) meant.pop_back();
  if (meant.ends_with('I')) meant.pop_back();
  return size_of(meant) ? std::optional(meant) : std::nullopt;
}

Result<uint64_t> parse_size(std::string_view text) {
  if (auto size = size_of(text)) return *size;
  if (auto meant = size_meant_by(text))
    return fail("'{}' is not a size, did you mean \"{}\"?", text, *meant);
  return fail("'{}' is not a size, such as 1024 or \"64K\"", text);
}

}  // namespace muster
