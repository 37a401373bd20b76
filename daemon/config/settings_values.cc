// See settings_values.h.
#include "daemon/config/settings_values.h"

#include <charconv>
#include <cstring>

#include "base/line_pattern.h"

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
std::optional<T> take_number(std::string_view& text, int base = 10) {
  T number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

std::optional<Nanos> take_duration(std::string_view& text) {
  auto count = take_number<uint32_t>(text);
  if (!count) return std::nullopt;
  const std::string_view word = text.substr(0, text.find_first_of("0123456789"));
  for (auto& unit : units) {
    if (unit.name != word) continue;
    text.remove_prefix(word.size());
    return *count > longest_duration / unit.length ? longest_duration : *count * unit.length;
  }
  return std::nullopt;
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

Result<Signal> parse_signal(std::string_view text) {
  std::string_view name = text;
  if (name.starts_with("SIG")) name.remove_prefix(3);
  for (int number = 1; number < NSIG; number++) {
    const char* known = sigabbrev_np(number);
    if (!known || name != known) continue;
    if (number == SIGKILL || number == SIGSTOP) return fail("'{}' cannot be caught", text);
    return Signal{number};
  }
  return fail("'{}' is not a signal, such as \"TERM\", \"INT\" or \"QUIT\"", text);
}

Result<FileMask> parse_mask(std::string_view text) {
  constexpr uint32_t all = 0777;
  std::string_view rest = text;
  auto bits = take_number<uint32_t>(rest, 8);
  if (!bits || !rest.empty() || *bits > all)
    return fail("'{}' is not a mask of octal digits, such as \"027\"", text);
  return FileMask{*bits};
}

Result<ResourceLimit> parse_limit(std::string_view text) {
  if (text == "unlimited") return ResourceLimit{};
  constexpr std::string_view suffixes = "KMGT";
  constexpr unsigned bits_of_each = 10;
  std::string_view rest = text;
  auto number = take_number<uint64_t>(rest);
  unsigned shift = 0;
  if (number && rest.size() == 1) {
    const size_t at = suffixes.find(rest.front());
    shift = at == suffixes.npos ? 0 : bits_of_each * static_cast<unsigned>(at + 1);
    if (shift > 0) rest = {};
  }
  if (!number || !rest.empty() || *number > (ResourceLimit::unlimited - 1) >> shift)
    return fail("'{}' is not a limit, such as 1024, \"64K\" or \"unlimited\"", text);
  return ResourceLimit{*number << shift};
}

Result<Restart> parse_restart(std::string_view text) {
  constexpr std::pair<std::string_view, Restart> words[] = {
      {"always", Restart::always}, {"on-failure", Restart::on_failure}, {"never", Restart::never}};
  for (auto& [word, meaning] : words)
    if (text == word) return meaning;
  return fail("'{}' is none of \"always\", \"on-failure\" and \"never\"", text);
}

Result<Readiness> parse_readiness(std::string_view text) {
  using enum Readiness::Kind;
  for (auto kind : {none, port, notify})
    if (text == name_of(kind)) return Readiness{kind, {}, {}};
  for (auto kind : {delay, exec, http, log}) {
    const std::string prefix = std::string(name_of(kind)) + ':';
    if (!text.starts_with(prefix)) continue;
    const std::string_view what = text.substr(prefix.size());
    if (kind == delay) {
      auto duration = parse_duration(what);
      if (!duration) return tl::unexpected(duration.error());
      return Readiness{kind, {}, *duration};
    }
    if (what.find_first_not_of(' ') == what.npos)
      return fail("'{}' lacks its command, path or pattern", text);
    if (kind == log)
      if (auto pattern = LinePattern::compile(std::string(what)); !pattern)
        return tl::unexpected(pattern.error());
    if (kind == http && (what.front() != '/' || what.find_first_of(" \r\n") != what.npos))
      return fail("'{}' is no path that begins with / and has no blanks", what);
    return Readiness{kind, std::string(what), {}};
  }
  return fail(
      "'{}' is none of \"port\", \"notify\", \"none\", \"delay:3s\", \"exec:COMMAND\", "
      "\"http:/PATH\" and \"log:PATTERN\"",
      text);
}

Result<Backoff> parse_backoff(std::string_view text) {
  if (text == "heroku") return Backoff{10min, 24h};
  return fail("'{}' is no preset: write \"heroku\", or {{ base = \"10s\", cap = \"10m\" }}", text);
}

}  // namespace muster
