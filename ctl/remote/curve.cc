// See curve.h.
#include "ctl/remote/curve.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>

#include "base/unique_fd.h"
#include "base/whole_file.h"
#include "base/write_all.h"
#include "ctl/remote/known_servers.h"
#include "ctl/session.h"
#include "proto/far_side.h"
#include "proto/key_text.h"

namespace muster {
namespace {

constexpr size_t largest_config = 1 << 20;

// A daemon that answers and has that key.
Outcome<Endpoints> met(const FarHost& host, const std::string& app, const CurvePair& own,
                       const std::string& server, const KnownServer& known) {
  Endpoints endpoints;
  endpoints.app = app;
  endpoints.far = std::make_shared<FarSide>(FarSide{host.url()});
  FarSide& far = *endpoints.far;
  far.curve = std::make_shared<CurveWay>(
      CurveWay{host.host, std::to_string(*host.port), own.open, own.secret, server});
  if (server == known.key && !known.next.empty()) far.next_server_key = key_text(known.next);
  far.on_next_server_key = [place = place_of(host), server](const std::string& told) {
    const auto next = key_of_text(told);
    if (!next) return;
    if (auto kept = keep_server(place, {server, *next}); !kept) tell(kept.error().message);
  };
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

// The next key is tried when the one that is known does not fit any more: from then on it is the
// one that is known.
Outcome<Endpoints> curve_endpoints(const FarHost& host, const std::string& app) {
  auto own = read_own_key();
  if (!own) return tl::unexpected(own.error());
  auto server = known_server(place_of(host));
  if (!server) return tl::unexpected(server.error());
  auto endpoints = met(host, app, *own, server->key, *server);
  const bool is_there = endpoints || endpoints.error().code != ExitCode::no_daemon;
  if (endpoints || server->next.empty() || !is_there) return endpoints;
  auto with_next = met(host, app, *own, server->next, *server);
  if (!with_next) return with_next;
  if (auto kept = keep_server(place_of(host), {server->next, {}}); !kept)
    tell(kept.error().message);
  return with_next;
}

}  // namespace muster
