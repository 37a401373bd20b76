// See url.h.
#include "drain/core/url.h"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>

namespace muster::drain {
namespace {

struct Scheme {
  std::string_view name;
  SinkKind kind;
  bool tls;
  std::string_view sent_as;  // the scheme of the request
  uint16_t port;
};
constexpr Scheme schemes[] = {
    {"https", SinkKind::logplex, true, "https", 443},
    {"http", SinkKind::logplex, false, "http", 80},
    {"webhook+https", SinkKind::webhook, true, "https", 443},
    {"webhook+http", SinkKind::webhook, false, "http", 80},
    {"syslog", SinkKind::syslog, false, "", 514},
    {"syslog+tls", SinkKind::syslog, true, "", 6514},
};

std::string decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); i++) {
    unsigned code = 0;
    const char* digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(digits, digits + 2, code, 16).ptr == digits + 2) {
      out += static_cast<char>(code);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::map<std::string, std::string> options_of(std::string_view query) {
  std::map<std::string, std::string> options;
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto word = query.substr(0, end);
    const auto equals = word.find('=');
    options[decoded(word.substr(0, equals))] =
        equals == word.npos ? "" : decoded(word.substr(equals + 1));
    query = end == query.npos ? "" : query.substr(end + 1);
  }
  return options;
}

Result<> read_host(std::string_view text, Url& url) {
  std::string_view port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == text.npos) return fail("the address has a '[' without its ']'");
    url.host = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else {
    const auto colon = text.find(':');
    url.host = text.substr(0, colon);
    port = colon == text.npos ? "" : text.substr(colon);
  }
  if (url.host.empty()) return fail("the address names no host");
  if (port.empty()) return {};
  port.remove_prefix(1);
  const auto [end, problem] = std::from_chars(port.data(), port.data() + port.size(), url.port);
  if (problem != std::errc() || end != port.data() + port.size() || url.port == 0)
    return fail("'{}' is no port", port);
  return {};
}

Result<Url> read_file_url(std::string_view text) {
  Url url;
  url.kind = SinkKind::file;
  url.path = decoded(text.starts_with("//") ? text.substr(2) : text);
  if (!url.path.starts_with('/')) return fail("a file needs a whole path: file:///var/log/app.log");
  url.masked = "file://" + url.path;
  return url;
}

Result<Url> read_net_url(const Scheme& scheme, std::string_view rest) {
  Url url;
  url.kind = scheme.kind;
  url.tls = scheme.tls;
  url.port = scheme.port;
  const auto slash = rest.find_first_of("/?#");
  std::string_view authority = rest.substr(0, slash);
  std::string_view path = slash == rest.npos ? "" : rest.substr(slash);
  path = path.substr(0, path.find('#'));
  const auto at = authority.rfind('@');
  if (at != authority.npos) {
    const std::string_view who = authority.substr(0, at);
    const auto colon = who.find(':');
    url.user = decoded(who.substr(0, colon));
    if (colon != who.npos) url.password = decoded(who.substr(colon + 1));
    authority.remove_prefix(at + 1);
  }
  if (auto host = read_host(authority, url); !host) return tl::unexpected(host.error());
  const auto query = path.find('?');
  if (query != path.npos) url.options = options_of(path.substr(query + 1));
  url.request = fmt::format("{}://{}{}", scheme.sent_as, authority, path);
  // A token may stand in the path as well as in the query.
  url.masked =
      fmt::format("{}://{}{}{}{}{}", scheme.name, url.user, url.password.empty() ? "" : ":***",
                  url.user.empty() && url.password.empty() ? "" : "@", authority,
                  path.size() > 1 ? "/..." : path);
  if (path.size() > 1) url.secret = path.substr(1);
  return url;
}

void replace_all(std::string& text, const std::string& secret) {
  if (secret.empty()) return;
  for (size_t at = text.find(secret); at != text.npos; at = text.find(secret, at + 3))
    text.replace(at, secret.size(), "***");
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  const bool is_printable =
      std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
  if (!is_printable) return fail("an address has no blanks and no characters beyond ASCII");
  const auto colon = text.find(':');
  if (colon == text.npos) return fail("an address begins with a scheme, as https:// or syslog://");
  const std::string_view name = text.substr(0, colon);
  std::string_view rest = text.substr(colon + 1);
  if (name == "file") return read_file_url(rest);
  for (const Scheme& scheme : schemes) {
    if (scheme.name != name) continue;
    if (!rest.starts_with("//")) return fail("'//' must follow '{}:'", name);
    return read_net_url(scheme, rest.substr(2));
  }
  return fail(
      "'{}' is no scheme of a drain; there are https, http, webhook+https, webhook+http, "
      "syslog, syslog+tls and file",
      name);
}

std::string without_secrets(std::string text, const Url& url) {
  replace_all(text, url.password);
  replace_all(text, url.secret);
  return text;
}

}  // namespace muster::drain
