// See session.h.
#include "ctl/session.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cstdlib>
#include <filesystem>

#include "base/pace.h"
#include "ctl/machine_place.h"
#include "ctl/printers/text.h"
#include "ctl/remote/meant.h"
#include "proto/neighbours.h"

namespace muster {

const Nanos short_timeout = paced("MUSTER_PATIENCE_MS", 10s);

void tell(std::string_view message) {
  Output err(STDERR_FILENO);
  while (!message.empty()) {
    size_t end = std::min(message.find('\n'), message.size());
    err.write(" !    " + terminal_safe(message.substr(0, end)) + "\n");
    message.remove_prefix(std::min(end + 1, message.size()));
  }
  err.flush();
}

std::optional<std::string> environment_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

void add_common(Options& options, Session& session) {
  options.text("-a,--app", session.app, "The app; default: $MUSTER_APP or the nearest Procfile")
      .shown_as("APP");
  options
      .text("-H,--host", session.host,
            "Its machine: ssh://[USER@]HOST[:PORT][/APP], muster://HOST:PORT[/APP] or a name of "
            "~/.config/muster/hosts; default: $MUSTER_HOST or this one")
      .shown_as("HOST");
  const auto take = [&session](const std::string& word) -> std::optional<std::string> {
    const auto wish = parse_colour_wish(word);
    if (!wish) return fmt::format("'{}' is none of auto, always, never", word);
    session.colour = *wish;
    return std::nullopt;
  };
  options.word("--color", take, "Colours: on a terminal (auto), always, never")
      .last_one_counts()
      .shown_as("WHEN [auto]");
}

bool has_colours(const Session& session) {
  return wants_colours(session.colour, session.out.is_terminal(), environment_variable);
}

std::vector<std::string> types_of_app(const Session& session) {
  constexpr Nanos patience = 2s;
  std::vector<std::string> types;
  if (auto reply = ask<ScaleReply>(session, ScaleRequest{}, patience))
    for (auto& [type, count] : reply->formation) types.push_back(type);
  return types;
}

AppOwner app_owner() { return {::geteuid() == 0, ::geteuid(), environment_variable}; }

namespace {

// Any user may listen anywhere and say that it is the daemon of shop; nothing is to be told to
// a program that only says so. Below /var/lib root alone makes directories, as systemd does for a
// unit; and the user who owns an app's directory may be told about the app.
bool is_trusted(const Neighbour& neighbour, const std::string& directory) {
  struct stat status {};
  if (!directory.empty())
    return ::stat(directory.c_str(), &status) == 0 && status.st_uid == neighbour.uid;
  const auto home = neighbour.environment.find("MUSTER_HOME");
  return home != neighbour.environment.end() &&
         std::filesystem::path(home->second).parent_path() == "/var/lib";
}

// Root means the app of another user, unless root has one of that name, or names a MUSTER_HOME.
Outcome<bool> take_over_neighbour(const FoundApp& app, const Endpoints& own) {
  if (::geteuid() != 0 || environment_variable("MUSTER_HOME") || daemon_runs(own)) return false;
  std::vector<Neighbour> found;
  for (auto& neighbour : neighbours())
    if (neighbour.app == app.name && is_trusted(neighbour, app.directory))
      found.push_back(neighbour);
  if (found.empty()) return false;
  if (found.size() > 1)
    return failure(
        ExitCode::usage,
        fmt::format("app '{}' is run by several users: ask as one of them, as with: sudo "
                    "-u {} ctl -a {}",
                    app.name, found.front().user, app.name));
  if (auto done = become(found.front()); !done) return failure(ExitCode::no, done.message());
  return true;
}

}  // namespace

Outcome<Endpoints> find_endpoints(const Session& session) {
  const auto host = host_meant(session);
  if (!host) return tl::unexpected(host.error());
  if (*host) return far_endpoints(session, **host);
  AppOwner owner = app_owner();
  auto app = find_app(session.app, ".", owner);
  if (!app) return failure(ExitCode::usage, app.message());
  if (auto own = endpoints_of(app->name, owner.is_root, owner.uid, owner.env); own) {
    auto taken = take_machine_place(*app, *own);
    if (taken && !*taken) taken = take_over_neighbour(*app, *own);
    if (!taken) return tl::unexpected(taken.error());
    if (*taken) {
      owner = app_owner();
      app = FoundApp{app->name, {}, {}};
    }
  }
  if (!app->other.empty())
    return failure(
        ExitCode::no_daemon,
        fmt::format("app '{0}' is that of {1}, and no daemon runs for {2}: start one with musterd "
                    "-d, or mean the other one with -a {0}",
                    app->name, app->other, app->directory));
  auto endpoints = endpoints_of(app->name, owner.is_root, owner.uid, owner.env);
  if (!endpoints) return failure(ExitCode::usage, endpoints.message());
  return *endpoints;
}

Failure failure_of(const ClientError& error) {
  switch (error.trouble) {
    case ClientTrouble::no_daemon:
      return {ExitCode::no_daemon, error.message};
    case ClientTrouble::timeout:
    case ClientTrouble::lost:
      return {ExitCode::timeout, error.message};
    case ClientTrouble::protocol:
    case ClientTrouble::refused:
      break;
  }
  return {ExitCode::no, error.message};
}

Failure failure_of(const RefusedReply& refused) {
  if (refused.refusal == Refusal::late)
    return {ExitCode::timeout, refused.message + "\nThe daemon goes on with it; look at: ctl ps"};
  return {refused.refusal == Refusal::usage ? ExitCode::usage : ExitCode::no, refused.message};
}

Outcome<ReplyBody> ask_any(const Session& session, const RequestBody& body, Nanos timeout,
                           const Pulse& pulse) {
  auto endpoints = find_endpoints(session);
  if (!endpoints) return tl::unexpected(endpoints.error());
  auto client = Client::connect(*endpoints, caller_name());
  if (!client) return tl::unexpected(failure_of(client.error()));
  auto reply = client->ask(body, timeout, pulse);
  if (!reply) return tl::unexpected(failure_of(reply.error()));
  if (!reply->hint.empty()) *session.hint = reply->hint;
  if (auto* refused = std::get_if<RefusedReply>(&reply->body))
    return tl::unexpected(failure_of(*refused));
  return std::move(reply->body);
}

}  // namespace muster
