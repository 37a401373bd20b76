// See settings_values.h.
#include "daemon/config/settings_values.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/line_pattern.h"
#include "base/pattern_bounds.h"

namespace muster {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "+0", "-1", "0x0", "1e3": some program takes them for numbers.
bool looks_like_number(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) return true;
  const bool has_prefix = text.starts_with("0x") || text.starts_with("0X");
  constexpr std::string_view digits = "0123456789abcdefABCDEF_.";
  return is_digit(text.front()) &&
         text.substr(has_prefix ? 2 : 0).find_first_not_of(digits) == text.npos;
}

}  // namespace

std::optional<int> signal_named(std::string_view text) {
  if (text.starts_with("SIG")) text.remove_prefix(3);
  for (int number = 1; number < NSIG; number++)
    if (const char* known = sigabbrev_np(number); known && text == known) return number;
  return std::nullopt;
}

Result<Signal> parse_signal(std::string_view text) {
  const auto number = signal_named(text);
  if (!number) return fail("'{}' is not a signal, such as \"TERM\", \"INT\" or \"QUIT\"", text);
  const Signal signal{*number};
  if (signal.number == SIGKILL || signal.number == SIGSTOP)
    return fail("'{}' cannot be caught", text);
  return signal;
}

Result<FileMask> parse_mask(std::string_view text) {
  constexpr uint32_t all = 0777;
  uint32_t bits = 0;
  const char* end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, bits, 8);
  if (error != std::errc() || rest != end || bits > all)
    return fail("'{}' is not a mask of octal digits, such as \"027\"", text);
  return FileMask{bits};
}

Result<ResourceLimit> parse_limit(std::string_view text) {
  if (text == "unlimited") return ResourceLimit{};
  auto size = parse_size(text);
  if (auto meant = size ? std::nullopt : size_meant_by(text))
    return fail("'{}' is not a limit, did you mean \"{}\"?", text, *meant);
  if (!size) return fail("'{}' is not a limit, such as 1024, \"64K\" or \"unlimited\"", text);
  return ResourceLimit{*size};
}

Result<Audience> parse_audience(std::string_view text) {
  if (text == "tree") return Audience{true};
  if (text == "leader") return Audience{false};
  return fail("'{}' is neither \"tree\" nor \"leader\"", text);
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
  for (auto kind : {none, port, notify, accept})
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
    if (kind == log && has_back_reference(what))
      return fail("'{}' refers back by \\1, which may take for ever", what);
    if (kind == log)
      if (auto pattern = LinePattern::compile(std::string(what)); !pattern)
        return tl::unexpected(pattern.error());
    if (kind == http && (what.front() != '/' || what.find_first_of(" \r\n") != what.npos))
      return fail("'{}' is no path that begins with / and has no blanks", what);
    return Readiness{kind, std::string(what), {}};
  }
  return fail(
      "'{}' is none of \"port\", \"notify\", \"none\", \"delay:3s\", \"exec:COMMAND\", "
      "\"http:/PATH\", \"log:PATTERN\" and \"accept\"",
      text);
}

Result<AccountName> parse_account_name(std::string_view text) {
  if (text.empty()) return fail("is empty");
  if (std::all_of(text.begin(), text.end(), is_digit)) {
    uint32_t number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.size() > 1 && text.front() == '0')
      return fail("'{}' begins with a 0, which some programs take for octal", text);
    if (error != std::errc() ||
        std::ranges::find(AccountName::nobodys, number) != std::end(AccountName::nobodys))
      return fail(
          "'{}' is the number of no user or group: 65535 and 4294967295, which is -1, mean \"as "
          "before\"",
          text);
    return AccountName(std::string(text));
  }
  if (looks_like_number(text))
    return fail("'{}' is neither a name nor a number such as \"1000\"", text);
  const auto is_odd = [](unsigned char c) { return c <= ' ' || c == 0x7f || c == ':' || c == '/'; };
  if (std::any_of(text.begin(), text.end(), is_odd))
    return fail("'{}' cannot be a name: it holds a blank, ':' or '/'", text);
  return AccountName(std::string(text));
}

Result<std::string> parse_directory(std::string_view text) {
  if (text.empty()) return fail("is empty");
  std::string path;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view part = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    if (part.empty() || part == ".") continue;
    if (!path.empty()) path += '/';
    path += part;
  }
  return text.front() == '/' ? '/' + path : path;
}

Result<Backoff> parse_backoff(std::string_view text) {
  if (text == "heroku") return Backoff{10min, 24h};
  return fail("'{}' is no preset: write \"heroku\", or {{ base = \"10s\", cap = \"10m\" }}", text);
}

}  // namespace muster
