// See host.h. ssh checks what it is handed only since version 9.6; so it is all checked here.
#include "ctl/remote/host.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>

#include "base/unique_fd.h"
#include "base/whole_file.h"

namespace muster {
namespace {

constexpr std::string_view scheme = "ssh://", curve_scheme = "muster://";
constexpr size_t longest_host = 255, longest_user = 255;
constexpr size_t largest_list = 1 << 20;
constexpr std::string_view in_shells = "'`\"$;&<>|(){}*?!#~ ";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

Result<std::string> decoded(std::string_view text, std::string_view part) {
  std::string plain;
  for (size_t i = 0; i < text.size(); i++) {
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    unsigned value = 0;
    const std::string_view digits = text.substr(i + 1, 2);
    const auto [end, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != 2 || problem != std::errc() || end != digits.data() + digits.size())
      return fail("the {} has a % without two hexadecimal digits behind it", part);
    plain += static_cast<char>(value);
    i += 2;
  }
  return plain;
}

// No control character, and none that a shell or an option starts with.
Result<> expect_plain(std::string_view text, std::string_view part) {
  if (text.starts_with('-')) return fail("the {} may not begin with '-'", part);
  for (const char c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f' || in_shells.find(c) != in_shells.npos)
      return fail("the {} may not have such a character: {}", part,
                  static_cast<unsigned char>(c) <= ' ' || c == '\x7f'
                      ? fmt::format("{:#04x}", static_cast<unsigned char>(c))
                      : fmt::format("'{}'", c));
  return {};
}

Result<> take_user(std::string_view text, FarHost& place) {
  if (text.find(':') != text.npos)
    return fail("a password does not belong into it; ssh asks for it, or has keys");
  auto user = decoded(text, "user");
  if (!user) return tl::unexpected(user.error());
  if (user->empty() || user->size() > longest_user || user->ends_with('\\'))
    return fail("the user before '@' is none");
  place.user = std::move(*user);
  return expect_plain(place.user, "user");
}

Result<> take_port(std::string_view text, FarHost& place) {
  uint32_t port = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (problem != std::errc() || end != text.data() + text.size() || port == 0 || port > UINT16_MAX)
    return fail("'{}' is no port, a number from 1 to 65535", text);
  place.port = static_cast<uint16_t>(port);
  return {};
}

Result<> take_host(std::string_view text, FarHost& place) {
  std::string_view name = text;
  std::optional<std::string_view> port;
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == text.npos) return fail("the '[' of an address has no ']'");
    name = text.substr(1, end - 1);
    std::string_view rest = text.substr(end + 1);
    if (!rest.empty() && rest.front() != ':') return fail("'{}' stands behind the ']'", rest);
    if (!rest.empty()) port = rest.substr(1);
    if (name.find(':') == name.npos) return fail("'[{}]' is no address of IPv6", name);
  } else if (const size_t colon = text.find(':'); colon != text.npos) {
    name = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (port->find(':') != port->npos)
      return fail("an address of IPv6 stands in brackets: ssh://[{}]", text);
  }
  auto host = decoded(name, "host");
  if (!host) return tl::unexpected(host.error());
  if (host->empty()) return fail("it names no host");
  if (host->size() > longest_host) return fail("the host is too long");
  place.host = std::move(*host);
  if (auto plain = expect_plain(place.host, "host"); !plain) return plain;
  if (place.host.find_first_of("/@\\") != std::string::npos)
    return fail("'{}' cannot be a host", place.host);
  return port ? take_port(*port, place) : Result<>();
}

Result<> take_app(std::string_view text, FarHost& place) {
  auto app = decoded(text, "app");
  if (!app) return tl::unexpected(app.error());
  if (!app->empty() && !is_app_name(*app)) return fail("'{}' cannot be an app's name", *app);
  place.app = std::move(*app);
  return {};
}

bool begins(std::string_view url, std::string_view with) {
  return url.size() >= with.size() &&
         std::equal(with.begin(), with.end(), url.begin(), [](char want, char has) {
           return want == std::tolower(static_cast<unsigned char>(has));
         });
}

Result<FarHost> parts_of(std::string_view url) {
  FarHost place;
  place.by_curve = begins(url, curve_scheme);
  if (!place.by_curve && !begins(url, scheme)) return fail("it does not begin with ssh://");
  std::string_view rest = url.substr(place.by_curve ? curve_scheme.size() : scheme.size());
  if (const size_t odd = rest.find_first_of("?#"); odd != rest.npos)
    return fail("'{}' is not known in it", rest.substr(odd));
  const size_t slash = rest.find('/');
  if (slash != rest.npos)
    if (auto taken = take_app(rest.substr(slash + 1), place); !taken)
      return tl::unexpected(taken.error());
  rest = rest.substr(0, slash);
  if (const size_t at = rest.rfind('@'); at != rest.npos) {
    if (auto taken = take_user(rest.substr(0, at), place); !taken)
      return tl::unexpected(taken.error());
    rest.remove_prefix(at + 1);
  }
  if (auto taken = take_host(rest, place); !taken) return tl::unexpected(taken.error());
  if (place.by_curve && !place.user.empty())
    return fail("muster:// knows no user: who asks is told by the key");
  if (place.by_curve && !place.port)
    return fail("muster:// needs the port: muster://{}:PORT", rest);
  return place;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const auto begin = std::find_if_not(line.begin(), line.end(), is_blank);
    const auto end = std::find_if(begin, line.end(), is_blank);
    const std::string_view word(begin, end);
    if (word.starts_with('#')) break;
    if (!word.empty()) words.push_back(word);
    line.remove_prefix(static_cast<size_t>(end - line.begin()));
  }
  return words;
}

Result<> take_line(std::string_view line, std::vector<HostRow>& rows) {
  const auto words = words_of(line);
  if (words.empty()) return {};
  if (words.size() != 2) return fail("a line is NAME URL, as in: prod ssh://deploy@box/shop");
  const std::string name(words[0]);
  if (!is_app_name(name))
    return fail("'{}' cannot be a name: letters, digits, '_', '.', '-'", name);
  for (auto& row : rows)
    if (row.name == name) return fail("'{}' stands there twice", name);
  auto host = parse_host_url(words[1]);
  if (!host) return tl::unexpected(host.error());
  rows.push_back({name, std::move(*host)});
  return {};
}

}  // namespace

std::string FarHost::url() const {
  std::string text(by_curve ? curve_scheme : scheme);
  if (!user.empty()) text += user + '@';
  text += host.find(':') == std::string::npos ? host : '[' + host + ']';
  if (port) text += fmt::format(":{}", *port);
  return text;
}

Result<FarHost> parse_host_url(std::string_view url) {
  auto place = parts_of(url);
  if (place) return place;
  return within(place.error(), "'{}' is no URL such as ssh://deploy@box/shop", url);
}

Result<std::vector<HostRow>> parse_hosts(std::string_view text, const std::string& file) {
  std::vector<HostRow> rows;
  for (size_t number = 1; !text.empty(); number++) {
    const size_t end = std::min(text.find('\n'), text.size());
    if (auto taken = take_line(text.substr(0, end), rows); !taken)
      return within(taken.error(), "{}:{}", file, number);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return rows;
}

std::string hosts_file(const GetEnv& env) {
  const auto config = env("XDG_CONFIG_HOME");
  if (config && config->starts_with('/')) return *config + "/muster/hosts";
  const auto home = env("HOME");
  return home && home->starts_with('/') ? *home + "/.config/muster/hosts" : "";
}

// A link may lead to it: many keep their files of this kind elsewhere.
Result<std::vector<HostRow>> read_hosts(const GetEnv& env) {
  const std::string path = hosts_file(env);
  const UniqueFd file(path.empty() ? -1 : ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (path.empty() || (!file && (errno == ENOENT || errno == ENOTDIR)))
    return std::vector<HostRow>();
  if (!file) return fail_errno(errno, "{}", path);
  auto text = read_whole_file(file.get(), largest_list);
  if (!text) return within(text.error(), "{}", path);
  return parse_hosts(*text, path);
}

Result<FarHost> host_called(const std::string& word, const GetEnv& env) {
  if (word.find("://") != word.npos) return parse_host_url(word);
  auto rows = read_hosts(env);
  if (!rows) return tl::unexpected(rows.error());
  std::vector<std::string> names;
  for (auto& row : *rows) {
    if (row.name == word) return row.host;
    names.push_back(row.name);
  }
  const std::string file = hosts_file(env);
  const std::string known =
      names.empty() ? fmt::format("{} has no names", file.empty() ? "~/.config/muster/hosts" : file)
                    : fmt::format("{} has: {}", file, fmt::join(names, ", "));
  return fail("'{}' is neither a URL such as ssh://{} nor a name of a host; {}", word, word, known);
}

}  // namespace muster
