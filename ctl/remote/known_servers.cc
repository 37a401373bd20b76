// See known_servers.h.
#include "ctl/remote/known_servers.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <sstream>

#include "base/unique_fd.h"
#include "base/whole_file.h"
#include "base/write_all.h"
#include "ctl/session.h"
#include "proto/key_text.h"
#include "proto/remote_keys.h"

namespace muster {
namespace {

namespace fs = std::filesystem;

constexpr size_t largest_known = 1 << 20;
constexpr std::string_view next_of_known = "next=";

struct KnownLine {
  std::string name, place, key, next;
};

std::optional<KnownLine> parse_known(const std::string& text) {
  std::istringstream words(text);
  KnownLine line;
  if (!(words >> line.name >> line.place >> line.key) || line.name.starts_with('#')) return {};
  std::string more;
  if (words >> more && more.starts_with(next_of_known))
    line.next = more.substr(next_of_known.size());
  return line;
}

std::string text_of(const KnownLine& line) {
  const std::string next = line.next.empty() ? "" : fmt::format(" {}{}", next_of_known, line.next);
  return fmt::format("{} {} {}{}\n", line.name, line.place, line.key, next);
}

Outcome<std::string> read_list(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  auto text = file ? read_whole_file(file.get(), largest_known) : std::string();
  if (!text) return failure(ExitCode::no, fmt::format("{}: {}", path, text.message()));
  return *text;
}

// Several programs of the user may do so at the same moment.
Outcome<> replace_list(const std::string& path, const std::string& text) {
  if (auto made = make_config_directory(path); !made) return tl::unexpected(made.error());
  std::string next = path + ".XXXXXX";
  const UniqueFd file(::mkostemp(next.data(), O_CLOEXEC));
  if (file && write_all(file.get(), text) && ::fsync(file.get()) == 0 &&
      std::rename(next.c_str(), path.c_str()) == 0)
    return {};
  if (file) ::unlink(next.c_str());
  return failure(ExitCode::no, fmt::format("{} cannot be written", path));
}

// Fails if no server at that place is known.
Outcome<KnownLine> line_for(const std::string& place) {
  auto path = config_file("known");
  if (!path) return tl::unexpected(path.error());
  auto text = read_list(*path);
  if (!text) return tl::unexpected(text.error());
  std::istringstream lines(*text);
  for (std::string one; std::getline(lines, one);)
    if (auto line = parse_known(one); line && line->place == place) return *line;
  return failure(ExitCode::no,
                 fmt::format("the key of the server at {0} is not known; over there `ctl key list` "
                             "shows it, and here: ctl key trust {0} KEY",
                             place));
}

}  // namespace

Outcome<std::string> config_file(std::string_view name) {
  const std::string hosts = hosts_file(environment_variable);
  if (hosts.empty()) return failure(ExitCode::usage, "set HOME: there is no place for keys");
  return (fs::path(hosts).parent_path() / name).string();
}

Outcome<> make_config_directory(const std::string& file) {
  std::error_code error;
  const fs::path place = fs::path(file).parent_path();
  fs::create_directories(place.parent_path(), error);
  if (::mkdir(place.c_str(), S_IRWXU) == 0 || errno == EEXIST) return {};
  return failure(ExitCode::no, fmt::format("cannot make {}", place.string()));
}

std::string place_of(const FarHost& host) { return host.url().substr(sizeof("muster://") - 1); }

Outcome<KnownServer> known_server(const std::string& place) {
  auto line = line_for(place);
  if (!line) return tl::unexpected(line.error());
  const auto key = key_of_text(line->key);
  const auto next = line->next.empty() ? std::string() : key_of_text(line->next);
  if (key && next) return KnownServer{*key, *next};
  return failure(ExitCode::no, fmt::format("{}: '{}' is no key", *config_file("known"),
                                           key ? line->next : line->key));
}

Outcome<> keep_server(const std::string& place, const KnownServer& server) {
  auto path = config_file("known");
  if (!path) return tl::unexpected(path.error());
  auto text = read_list(*path);
  if (!text) return tl::unexpected(text.error());
  std::istringstream lines(*text);
  std::string all;
  for (std::string one; std::getline(lines, one);) {
    auto line = parse_known(one);
    const bool is_meant = line && line->place == place;
    if (is_meant) line->key = key_text(server.key);
    if (is_meant) line->next = server.next.empty() ? "" : key_text(server.next);
    all += is_meant ? text_of(*line) : one + '\n';
  }
  return replace_list(*path, all);
}

Outcome<> trust_server(const std::string& name, const std::string& place, const std::string& key) {
  const auto host = parse_host_url("muster://" + place);
  if (!host || !host->app.empty())
    return failure(ExitCode::usage, fmt::format("'{}' is no HOST:PORT", place));
  if (!key_of_text(key))
    return failure(ExitCode::usage,
                   fmt::format("'{}' is no key: it has a wrong character, or is cut", key));
  if (!is_key_name(name)) return failure(ExitCode::usage, fmt::format("'{}' is no name", name));
  auto path = config_file("known");
  if (!path) return tl::unexpected(path.error());
  if (auto known = known_server(place_of(*host)); known) {
    if (known->key == *key_of_text(key)) return {};
    return failure(ExitCode::no,
                   fmt::format("another key is known of {}: take its line out of {} if the server "
                               "has a new one",
                               place, *path));
  }
  auto text = read_list(*path);
  if (!text) return tl::unexpected(text.error());
  if (!text->empty() && !text->ends_with('\n')) *text += '\n';
  return replace_list(*path, *text + text_of(KnownLine{name, place_of(*host), key, {}}));
}

}  // namespace muster
