// See client.h.
#include "proto/client.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <unistd.h>
#include <algorithm>
#include <deque>
#include <set>

#include "base/trusted_path.h"
#include "base/zmq/blocking.h"
#include "base/zmq/context.h"
#include "base/zmq/curve.h"
#include "proto/codec.h"
#include "proto/connection_end.h"
#include "proto/far_watch.h"
#include "proto/gate_watch.h"
#include "proto/limits.h"
#include "proto/no_daemon.h"
#include "proto/reconnect.h"
#include "proto/verb.h"

namespace muster {
namespace {

// A daemon that is being replaced holds its lock all the time; one that is started anew by its
// operator may take a moment.
constexpr Nanos lock_patience = 1s, lock_check_every = 100ms;
// A question that a daemon has taken along when it died is asked again, ever more seldom.
constexpr Nanos first_repeat = 100ms, pulse_every = 200ms;
// A client that makes us wait for processes is asked whether it still does.
constexpr Nanos first_doubt = 500ms, longest_doubt = 4s;
// The answer to `version` tells a client that stays of the server's next key, long before its time.
constexpr Nanos version_every = 60s;
// Requests that pile up while the daemon is away; beyond it a send waits, and then fails.
constexpr int send_queue = 1000, send_wait_ms = 5000;

template <class... Args>
tl::unexpected<ClientError> trouble(ClientTrouble kind, fmt::format_string<Args...> text,
                                    Args&&... args) {
  return tl::unexpected(ClientError{kind, fmt::format(text, std::forward<Args>(args)...)});
}

bool is_gone(const ReplyBody& body) {
  auto* refused = std::get_if<RefusedReply>(&body);
  return refused && refused->refusal == Refusal::gone;
}

}  // namespace

// Either of the two may have been taken away under it.
bool daemon_runs(const Endpoints& endpoints) {
  if (endpoints.far) return far_daemon_runs(endpoints);
  const auto is_held = [](const Result<UniqueFd>& directory, const std::string& path) {
    if (!directory || !*directory) return false;
    const auto lock = open_regular(path, O_RDONLY);
    return lock && *lock && flock(lock->get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  };
  return is_held(open_runtime_directory(endpoints, geteuid()), endpoints.lock_file()) ||
         is_held(open_state_directory(endpoints, geteuid()), endpoints.state_lock_file());
}

Result<> check_daemon(const Endpoints& endpoints) {
  if (endpoints.far) return {};  // its directory here is made for it, and closed to others
  const auto runtime = open_runtime_directory(endpoints, geteuid());
  Result<> own;
  if (!runtime) own = tl::unexpected(runtime.error());
  for (const std::string& address : {endpoints.control(), endpoints.bus()})
    if (own) own = check_listener(address.substr(address.find("://") + 3), geteuid());
  if (own) return own;
  return within(own.error(), "the daemon of app '{}' cannot be trusted", endpoints.app);
}

struct Client::State {
  State(Endpoints places, std::string caller)
      : endpoints(std::move(places)),
        by(std::move(caller)),
        socket(make_socket(context, zmq::socket_type::dealer, limits::control_reply)) {
    socket.set(zmq::sockopt::reconnect_ivl, reconnect_steady_ms);
    socket.set(zmq::sockopt::sndhwm, send_queue);
    socket.set(zmq::sockopt::sndtimeo, send_wait_ms);
    const auto way = endpoints.far ? endpoints.far->curve : nullptr;
    if (!way) {
      socket.connect(endpoints.control());
      return;
    }
    authenticate(socket, {way->open, way->secret}, way->server);
    socket.set(zmq::sockopt::ipv6, way->host.find(':') != std::string::npos);
    gate.emplace(context, socket);
    socket.connect(way->address());
  }

  ClientResult<> send(uint64_t id, RequestBody body);
  ClientResult<> check_lock();
  ClientResult<std::optional<Reply>> receive_any(Nanos timeout);
  ClientResult<std::optional<Reply>> receive_one();
  ClientResult<> check_gate();

  Endpoints endpoints;
  std::string by;
  ZmqContext context;
  zmq::socket_t socket;
  std::optional<ConnectionEnd> end;
  std::optional<GateWatch> gate;  // of a daemon that is reached by CURVE
  uint64_t last_id = 0;
  std::set<uint64_t> open;    // exchanges that `receive` answers for
  std::deque<Reply> waiting;  // replies of open exchanges that came while `ask` waited for its own
  MonoTime lock_checked{};
  std::optional<MonoTime> lock_free_since;
  FarWatch far;
  MonoTime version_asked = mono_now();
};

ClientResult<> Client::State::send(uint64_t id, RequestBody body) {
  const Frames frames = encode(Request{id, by, std::move(body)});
  const std::string& frame = frames.front();
  if (frame.size() > limits::control_message)
    return trouble(ClientTrouble::protocol, "the request is too large: {} bytes, at most {}",
                   frame.size(), limits::control_message);
  if (!send_frame(socket, frame))
    return trouble(ClientTrouble::timeout, "the daemon of {} takes no requests; is it stopped?",
                   called(endpoints));
  return {};
}

// The lock may be free for a moment without meaning anything.
ClientResult<> Client::State::check_lock() {
  const MonoTime time = mono_now();
  if (endpoints.far)
    return far.check(endpoints, time, [this] { return send(++last_id, VersionRequest{}); });
  if (time - lock_checked < lock_check_every) return {};
  lock_checked = time;
  if (daemon_runs(endpoints)) {
    lock_free_since.reset();
  } else if (!lock_free_since) {
    lock_free_since = time;
  } else if (time - *lock_free_since >= lock_patience) {
    return trouble(ClientTrouble::no_daemon, "the daemon of app '{}' has gone", endpoints.app);
  }
  return {};
}

// Takes the messages that are there already.
ClientResult<std::optional<Reply>> Client::State::receive_one() {
  std::vector<zmq::message_t> parts;
  if (!receive_now(socket, parts, limits::most_frames)) return std::nullopt;
  std::vector<std::string_view> frames;
  frames.reserve(parts.size());
  for (const zmq::message_t& part : parts) frames.push_back(part.to_string_view());
  auto reply = decode_reply(frames);
  if (!reply)
    return trouble(ClientTrouble::protocol,
                   "the daemon's answer is not understood ({}); compare the versions: ctl version",
                   reply.message());
  if (endpoints.far) endpoints.far->heard = mono_now();
  if (gate) take_next_key(*endpoints.far, *reply);
  return std::move(*reply);
}

// A server whose key has been replaced, as it had said before, is connected to anew.
ClientResult<> Client::State::check_gate() {
  if (!gate) return {};
  const std::string why = gate->why_shut();
  if (!why.empty() && gate->is_another_server() && !endpoints.far->next_server_key.empty())
    return trouble(ClientTrouble::lost, "the connection to {} was lost: its key has been replaced",
                   endpoints.far->host);
  if (!why.empty()) return trouble(ClientTrouble::refused, "{}", why);
  if (mono_now() - version_asked < version_every) return {};
  version_asked = mono_now();
  return send(++last_id, VersionRequest{});
}

ClientResult<std::optional<Reply>> Client::State::receive_any(Nanos timeout) {
  const MonoTime deadline = mono_now() + timeout;
  for (;;) {
    auto reply = receive_one();
    if (!reply || *reply) return reply;
    if (auto gate_open = check_gate(); !gate_open) return tl::unexpected(gate_open.error());
    if (auto lock = check_lock(); !lock) return tl::unexpected(lock.error());
    const Nanos left = deadline - mono_now();
    if (left <= Nanos(0)) return std::nullopt;
    wait_readable(socket, std::min(left, lock_check_every));
  }
}

ClientResult<Client> Client::connect(const Endpoints& endpoints, std::string by) {
  if (const Result<> own = check_daemon(endpoints); !own)
    return trouble(ClientTrouble::no_daemon, "{}", own.message());
  if (!endpoints.far && !daemon_runs(endpoints))
    return trouble(ClientTrouble::no_daemon, "{}", why_no_daemon(endpoints));
  try {
    const bool is_called = endpoints.far && !endpoints.far->by.empty();
    Client client(
        std::make_unique<State>(endpoints, is_called ? endpoints.far->by : std::move(by)));
    if (endpoints.far)
      if (auto met = meet(client, endpoints); !met) return tl::unexpected(met.error());
    return client;
  } catch (const zmq::error_t& error) {
    return trouble(ClientTrouble::protocol, "{}: {}", endpoints.control(), error.what());
  }
}

Client::Client(std::unique_ptr<State> state) : state_(std::move(state)) {}
Client::Client(Client&&) noexcept = default;
Client::~Client() = default;

ClientResult<Reply> Client::ask(const RequestBody& body, Nanos timeout, const Pulse& pulse) {
  const uint64_t id = ++state_->last_id;
  if (auto sent = state_->send(id, body); !sent) return tl::unexpected(sent.error());
  const MonoTime begun = mono_now(), deadline = begun + timeout;
  const bool is_awaited_for_long = is_awaited(body);
  Nanos pause = is_awaited_for_long ? first_doubt : first_repeat;
  MonoTime repeat = is_question(body) || is_awaited_for_long ? mono_now() + pause : deadline;
  for (;;) {
    const MonoTime until = pulse ? std::min(repeat, mono_now() + pulse_every) : repeat;
    auto reply = state_->receive_any(std::max(std::min(until, deadline) - mono_now(), Nanos(0)));
    if (!reply && reply.error().trouble == ClientTrouble::lost && !is_question(body))
      reply.error().message += "; what was asked for may still happen";
    if (!reply) return tl::unexpected(reply.error());
    const bool given_up = !*reply && pulse && !pulse();
    if (!*reply && (mono_now() >= deadline || given_up))
      return trouble(ClientTrouble::timeout,
                     "the daemon of {} has not answered within {}; what was asked for may still "
                     "happen",
                     called(state_->endpoints), format_age(mono_now() - begun));
    if (!*reply && mono_now() < repeat) continue;
    if (!*reply) {
      const RequestBody again = is_awaited_for_long ? CreditRequest{0} : body;
      if (auto sent = state_->send(id, again); !sent) return tl::unexpected(sent.error());
      pause *= 2;
      if (is_awaited_for_long) pause = std::min(pause, longest_doubt);
      repeat = mono_now() + pause;
      continue;
    }
    if ((*reply)->id == id && is_awaited_for_long && is_gone((*reply)->body)) {
      if (!is_repeatable(body))
        return trouble(ClientTrouble::timeout,
                       "the daemon of {} was replaced meanwhile, and goes on with what it had "
                       "begun; look at: ctl ps, ctl releases",
                       called(state_->endpoints));
      if (auto sent = state_->send(id, body); !sent) return tl::unexpected(sent.error());
      continue;
    }
    // 0: the daemon could not even read the id.
    if ((*reply)->id == id || (*reply)->id == 0) return std::move(**reply);
    if (state_->open.contains((*reply)->id)) state_->waiting.push_back(std::move(**reply));
  }
}

ClientResult<uint64_t> Client::begin(RequestBody body) {
  const uint64_t id = ++state_->last_id;
  if (auto sent = state_->send(id, std::move(body)); !sent) return tl::unexpected(sent.error());
  state_->open.insert(id);
  return id;
}

ClientResult<> Client::add(uint64_t id, RequestBody body) {
  if (std::holds_alternative<CancelRequest>(body)) state_->open.erase(id);
  return state_->send(id, std::move(body));
}

bool Client::take_disconnect() {
  if (!state_->gate && !state_->end) state_->end.emplace(state_->context, state_->socket);
  return state_->end && state_->end->take();
}

ClientResult<std::optional<Reply>> Client::receive(Nanos timeout) {
  const MonoTime deadline = mono_now() + timeout;
  for (;;) {
    std::optional<Reply> reply;
    if (!state_->waiting.empty()) {
      reply = std::move(state_->waiting.front());
      state_->waiting.pop_front();
    } else {
      auto received = state_->receive_any(std::max(deadline - mono_now(), Nanos(0)));
      if (!received || !*received) return received;
      reply = std::move(*received);
    }
    // Late answers that are not waited for any more, and questions whether we are still here.
    if (!state_->open.contains(reply->id) || std::holds_alternative<AliveReply>(reply->body))
      continue;
    if (!reply->more) state_->open.erase(reply->id);
    return reply;
  }
}

int Client::wake_fd() const { return state_->socket.get(zmq::sockopt::fd); }

std::string caller_name() {
  const passwd* user = getpwuid(geteuid());
  char host[256] = "";
  if (gethostname(host, sizeof host - 1) != 0) host[0] = '\0';
  return fmt::format("{}@{}", user ? user->pw_name : std::to_string(geteuid()),
                     *host ? host : "localhost")
      .substr(0, limits::by);
}

}  // namespace muster
