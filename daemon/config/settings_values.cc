// See settings_values.h.
#include "daemon/config/settings_values.h"

#include <charconv>
#include <cstring>

#include "base/line_pattern.h"

namespace muster {

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
  if (!size) return fail("'{}' is not a limit, such as 1024, \"64K\" or \"unlimited\"", text);
  return ResourceLimit{*size};
}

Result<Audience> parse_audience(std::string_view text) {
  if (text == "tree") return Audience{false};
  if (text == "leader") return Audience{true};
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
