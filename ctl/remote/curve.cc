// See curve.h.
#include "ctl/remote/curve.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <filesystem>
#include <sstream>

#include "base/trusted_path.h"
#include "base/unique_fd.h"
#include "base/whole_file.h"
#include "base/write_all.h"
#include "ctl/session.h"
#include "proto/far_side.h"
#include "proto/key_text.h"
#include "proto/remote_keys.h"

namespace muster {
namespace {

namespace fs = std::filesystem;

constexpr size_t largest_config = 1 << 20;

Outcome<std::string> config_file(std::string_view name) {
  const std::string hosts = hosts_file(environment_variable);
  if (hosts.empty()) return failure(ExitCode::usage, "set HOME: there is no place for keys");
  return (fs::path(hosts).parent_path() / name).string();
}

// The directory is made with its parents, closed to others.
Outcome<> make_config_directory(const std::string& file) {
  std::error_code error;
  const fs::path place = fs::path(file).parent_path();
  fs::create_directories(place.parent_path(), error);
  if (::mkdir(place.c_str(), S_IRWXU) == 0 || errno == EEXIST) return {};
  return failure(ExitCode::no, fmt::format("cannot make {}", place.string()));
}

Outcome<std::string> server_key(const std::string& place) {
  auto path = config_file("known");
  if (!path) return path;
  const UniqueFd file(::open(path->c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  const auto text = file ? read_whole_file(file.get(), largest_config) : std::string();
  if (!text) return failure(ExitCode::no, fmt::format("{}: {}", *path, text.message()));
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name, address, key;
    if (!(words >> name >> address >> key) || name.starts_with('#') || address != place) continue;
    if (auto bytes = key_of_text(key)) return *bytes;
    return failure(ExitCode::no, fmt::format("{}: '{}' is no key", *path, key));
  }
  return failure(ExitCode::no,
                 fmt::format("the key of the server at {0} is not known; over there `ctl key list` "
                             "shows it, and here: ctl key trust {0} KEY",
                             place));
}

std::string place_of(const FarHost& host) { return host.url().substr(sizeof("muster://") - 1); }

}  // namespace

Outcome<std::string> own_key_file() {
  if (auto named = environment_variable("MUSTER_KEY_FILE"); named && !named->empty()) return *named;
  return config_file("key");
}

Outcome<CurvePair> read_own_key() {
  auto path = own_key_file();
  if (!path) return tl::unexpected(path.error());
  const UniqueFd file(::open(path->c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!file && errno == ENOENT)
    return failure(ExitCode::no, fmt::format("there is no key of yours ({}): ctl key new", *path));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0)
    return failure(ExitCode::no, fmt::format("{} cannot be read", *path));
  if (status.st_uid != ::geteuid() || (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return failure(
        ExitCode::no,
        fmt::format("{0} can be read by other users, so it is not used: chmod 600 {0}", *path));
  auto text = read_whole_file(file.get(), largest_config);
  if (!text) return failure(ExitCode::no, fmt::format("{}: {}", *path, text.message()));
  while (text->ends_with('\n')) text->pop_back();
  const auto secret = key_of_text(*text);
  if (!secret) return failure(ExitCode::no, fmt::format("{} holds no key", *path));
  return CurvePair{open_half(*secret), *secret};
}

Outcome<CurvePair> make_own_key() {
  auto path = own_key_file();
  if (!path) return tl::unexpected(path.error());
  if (auto made = make_config_directory(*path); !made) return tl::unexpected(made.error());
  const UniqueFd file(::open(path->c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                             S_IRUSR | S_IWUSR));
  if (!file && errno == EEXIST)
    return failure(ExitCode::no, fmt::format("there is a key already, in {}: ctl key show", *path));
  if (!file) return failure(ExitCode::no, fmt::format("{} cannot be made", *path));
  CurvePair pair = make_curve_pair();
  auto written = write_all(file.get(), key_text(pair.secret) + '\n');
  if (written && ::fsync(file.get()) == 0) return pair;
  ::unlink(path->c_str());
  return failure(ExitCode::no, fmt::format("{} cannot be written", *path));
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
  if (auto known = server_key(place_of(*host)); known && key_text(*known) != key)
    return failure(ExitCode::no,
                   fmt::format("another key is known of {}: take its line out of {} if the server "
                               "has a new one",
                               place, *path));
  if (auto made = make_config_directory(*path); !made) return tl::unexpected(made.error());
  const UniqueFd file(
      ::open(path->c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR));
  const std::string line = fmt::format("{} {} {}\n", name, place_of(*host), key);
  if (file && write_all(file.get(), line)) return {};
  return failure(ExitCode::no, fmt::format("{} cannot be written", *path));
}

Outcome<Endpoints> curve_endpoints(const FarHost& host, const std::string& app) {
  auto own = read_own_key();
  if (!own) return tl::unexpected(own.error());
  auto server = server_key(place_of(host));
  if (!server) return tl::unexpected(server.error());
  Endpoints endpoints;
  endpoints.app = app;
  endpoints.far = std::make_shared<FarSide>(FarSide{host.url()});
  endpoints.far->curve = std::make_shared<CurveWay>(
      CurveWay{host.host, std::to_string(*host.port), own->open, own->secret, *server});
  auto client = Client::connect(endpoints, caller_name());
  if (!client) return tl::unexpected(failure_of(client.error()));
  auto reply = client->ask(StatusRequest{}, short_timeout);
  if (!reply) return tl::unexpected(failure_of(reply.error()));
  const auto* status = std::get_if<StatusReply>(&reply->body);
  if (!status) return failure(ExitCode::no, fmt::format("{} is no daemon", host.url()));
  if (!app.empty() && status->app != app)
    return failure(ExitCode::no_daemon,
                   fmt::format("{} is app '{}', not '{}'", host.url(), status->app, app));
  endpoints.app = status->app;
  return endpoints;
}

}  // namespace muster
