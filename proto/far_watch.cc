// See far_watch.h. ssh itself ends a connection that is dead, but only after three times the
// patience here.
#include "proto/far_watch.h"

#include <poll.h>

#include "proto/reconnect.h"

namespace muster {
namespace {

constexpr Nanos silence = 2s, answer_time = 2s, look_every = 500ms, patience = 5s;
// A daemon that is being replaced, or started anew by its operator, may take a moment.
constexpr Nanos gone_patience = 1s;

FarSign sign_of(const Endpoints& endpoints, Nanos timeout) {
  if (const auto& way = endpoints.far->curve) {
    const FarSign sign = look_over(*way, timeout);
    return sign == FarSign::link_lost ? FarSign::silent : sign;
  }
  return look_over(endpoints.runtime_dir + "/control", timeout);
}

// A listener that is started anew is there again within this time.
constexpr Nanos listener_time = 2s, listener_pause = 100ms;

// Returns nothing, over the network, if a program listens there.
std::string why_nobody(const CurveWay& way) {
  FarSign sign = look_over(way, answer_time);
  const MonoTime deadline = mono_now() + listener_time;
  while (sign == FarSign::link_lost && mono_now() < deadline) {
    ::poll(nullptr, 0, static_cast<int>(listener_pause / 1ms));
    sign = look_over(way, answer_time);
  }
  if (sign == FarSign::answers) return {};
  return fmt::format("nobody {} at {}:{}", sign == FarSign::link_lost ? "listens" : "answers",
                     way.host, way.port);
}

tl::unexpected<ClientError> lost(std::string message) {
  return tl::unexpected(ClientError{ClientTrouble::lost, std::move(message)});
}

tl::unexpected<ClientError> lost_to(const FarSide& far) {
  return lost(fmt::format("the connection to {} was lost", far.host));
}

}  // namespace

std::string called(const Endpoints& endpoints) {
  return endpoints.far ? fmt::format("app '{}' on {}", endpoints.app, endpoints.far->host)
                       : fmt::format("app '{}'", endpoints.app);
}

ClientResult<> meet(Client& client, const Endpoints& endpoints) {
  FarSide& far = *endpoints.far;
  if (mono_now() - far.heard < silence) return {};
  if (far.curve)
    if (const std::string why = why_nobody(*far.curve); !why.empty())
      return tl::unexpected(ClientError{ClientTrouble::no_daemon, why});
  const FarSign sign = sign_of(endpoints, answer_time);
  if (sign == FarSign::link_lost) return lost_to(far);
  if (sign == FarSign::no_daemon)
    return tl::unexpected(ClientError{ClientTrouble::no_daemon,
                                      fmt::format("no daemon runs for {}", called(endpoints))});
  if (sign == FarSign::answers) {
    far.heard = mono_now();
    auto reply = client.ask(VersionRequest{}, answer_time);
    if (auto* told = reply ? std::get_if<VersionReply>(&reply->body) : nullptr) {
      far.version = told->version;
      far.protocol = told->protocol;
      return {};
    }
    far.heard = {};
    if (!reply && reply.error().trouble != ClientTrouble::timeout)
      return tl::unexpected(reply.error());
  }
  return lost(fmt::format("the daemon of {} does not answer within {}", called(endpoints),
                          format_age(answer_time)));
}

// At the moment at which its key is replaced a server has no next one to tell, while the connection
// still goes by the old one. So the key that it has told is kept.
void take_next_key(FarSide& far, const Reply& reply) {
  const auto* told = std::get_if<VersionReply>(&reply.body);
  if (!told || told->next_server_key.empty() || told->next_server_key == far.next_server_key)
    return;
  far.next_server_key = told->next_server_key;
  if (far.on_next_server_key) far.on_next_server_key(told->next_server_key);
}

bool far_daemon_runs(const Endpoints& endpoints) {
  if (mono_now() - endpoints.far->heard < look_every) return true;
  endpoints.far->heard = {};
  return Client::connect(endpoints, caller_name()).has_value();
}

bool FarWatch::is_silent(const FarSide& far, MonoTime now) { return now - far.heard >= silence; }

void FarWatch::begin(MonoTime now) {
  asked_ = look_at_ = now;
  gone_since_.reset();
}

ClientResult<> FarWatch::judge(const Endpoints& endpoints, MonoTime now) {
  const FarSide& far = *endpoints.far;
  if (now - *asked_ >= patience)
    return lost(fmt::format("the connection to {} is lost: it has said nothing for {}", far.host,
                            format_age(now - far.heard)));
  if (now < look_at_) return {};
  const FarSign sign = sign_of(endpoints, look_every);
  look_at_ = mono_now() + look_every;
  if (sign == FarSign::link_lost) return lost_to(far);
  if (sign != FarSign::no_daemon) {
    gone_since_.reset();
  } else if (!gone_since_) {
    gone_since_ = now;
  } else if (now - *gone_since_ >= gone_patience) {
    return tl::unexpected(ClientError{ClientTrouble::no_daemon,
                                      fmt::format("the daemon of {} has gone", called(endpoints))});
  }
  return {};
}

}  // namespace muster
