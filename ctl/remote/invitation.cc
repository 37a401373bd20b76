// See invitation.h. An answer that is lost leaves it open whether the invitation has been used: so
// the own key is tried where it is not taken any more.
#include "ctl/remote/invitation.h"

#include <fmt/format.h>
#include <unistd.h>

#include "ctl/remote/curve.h"
#include "ctl/remote/known_servers.h"
#include "ctl/session.h"
#include "proto/far_side.h"
#include "proto/key_text.h"
#include "proto/remote_keys.h"

namespace muster {
namespace {

constexpr std::string_view scheme_of_invitation = "muster://",
                           server_part = "?server=", once_part = "&once=";

Outcome<CurvePair> own_or_new_key() {
  auto path = own_key_file();
  if (!path) return tl::unexpected(path.error());
  return ::access(path->c_str(), F_OK) == 0 ? read_own_key() : make_own_key();
}

ClientResult<Client> come_as(const CurvePair& pair, const FarHost& host,
                             const std::string& server) {
  Endpoints endpoints;
  endpoints.app = host.app;
  endpoints.far = std::make_shared<FarSide>(FarSide{host.url()});
  endpoints.far->curve = std::make_shared<CurveWay>(
      CurveWay{host.host, std::to_string(*host.port), pair.open, pair.secret, server});
  return Client::connect(endpoints, caller_name());
}

}  // namespace

std::string text_of(const Invitation& invitation) {
  return fmt::format("{}{}/{}{}{}{}{}", scheme_of_invitation, invitation.place, invitation.app,
                     server_part, invitation.server, once_part, invitation.once);
}

std::optional<Invitation> parse_invitation(std::string_view text) {
  const size_t server = text.find(server_part), once = text.find(once_part);
  if (server == text.npos || once == text.npos || once < server) return {};
  const auto host = parse_host_url(text.substr(0, server));
  if (!host || !host->by_curve || !host->port) return {};
  const size_t key = server + server_part.size();
  Invitation invitation{place_of(*host), host->app, std::string(text.substr(key, once - key)),
                        std::string(text.substr(once + once_part.size()))};
  if (!key_of_text(invitation.server) || !key_of_text(invitation.once)) return {};
  return invitation;
}

Outcome<> accept(const Invitation& invitation) {
  const auto host = parse_host_url(
      fmt::format("{}{}/{}", scheme_of_invitation, invitation.place, invitation.app));
  if (!host) return failure(ExitCode::usage, host.message());
  const std::string server = *key_of_text(invitation.server), once = *key_of_text(invitation.once);
  auto own = own_or_new_key();
  if (!own) return tl::unexpected(own.error());
  const std::string name = is_key_name(host->host) ? host->host : "server";
  auto client = come_as({open_half(once), once}, *host, server);
  if (!client && client.error().trouble == ClientTrouble::refused && come_as(*own, *host, server))
    return trust_server(name, invitation.place, invitation.server);
  if (!client && client.error().trouble == ClientTrouble::refused)
    return failure(ExitCode::no,
                   "the invitation has been used, or has ended, or is for another "
                   "server; ask for a new one: ctl key invite");
  if (!client) return tl::unexpected(failure_of(client.error()));
  if (auto trusted = trust_server(name, invitation.place, invitation.server); !trusted)
    return trusted;
  KeyRequest request;
  request.enrol = key_text(own->open);
  auto reply = client->ask(request, short_timeout);
  if (!reply) return tl::unexpected(failure_of(reply.error()));
  if (const auto* refused = std::get_if<RefusedReply>(&reply->body))
    return tl::unexpected(failure_of(*refused));
  return {};
}

}  // namespace muster
