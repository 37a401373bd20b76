// See bus_socket.h. With XPUB_MANUAL a subscription counts only once we repeat it with
// ZMQ_SUBSCRIBE, for the peer it came from.
#include "daemon/edge/bus_socket.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstring>

#include "proto/limits.h"
#include "proto/process_name.h"

namespace muster {

namespace {

constexpr size_t max_subscriptions = 16384;  // 128 bytes each at most: 2 MiB
constexpr int turn_budget = 256;             // subscription messages served in one turn of the loop
// Messages queued for one subscriber; what does not fit, it gets by a replay. Of a flood each is as
// large as a window: one who has stopped reading costs 128 MiB. Of 10,000 small ones a second its
// own socket takes those of a tenth of a second besides.
constexpr int queue_length = 512;
// libzmq takes all that have come into its memory before it shows us the first one, and goes on as
// long as more come: so they may come one by one only.
constexpr int subscription_queue = 1;
constexpr char unsubscribe_byte = 0, subscribe_byte = 1;
// What a peer may get wrong. A subscription of 128 bytes costs libzmq some 4 KiB.
constexpr int most_refusals = 64;
constexpr Nanos renewal_retry = 1s;

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

Result<zmq::socket_t> bound(ZmqContext& context, LocalListener& listener) {
  try {
    zmq::socket_t socket = make_socket(context, zmq::socket_type::xpub, limits::bus_topic + 1);
    socket.set(zmq::sockopt::xpub_manual, 1);
    socket.set(zmq::sockopt::sndhwm, queue_length);
    socket.set(zmq::sockopt::rcvhwm, subscription_queue);
    guard(socket);
    if (Result<> done = listener.bind_other(socket); !done) return within(done.error(), "bus");
    return socket;
  } catch (const zmq::error_t& problem) {
    return fail("bus {}: {}", listener.path(), problem.what());
  }
}

}  // namespace

bool is_topic_prefix(std::string_view prefix) {
  if (prefix.size() > limits::bus_topic) return false;
  size_t slash = prefix.find('/');
  std::string_view kind = prefix.substr(0, slash);
  bool known = std::any_of(std::begin(record_kinds), std::end(record_kinds), [&](RecordKind k) {
    return slash == std::string_view::npos ? name_of(k).starts_with(kind) : name_of(k) == kind;
  });
  if (!known) return false;
  if (slash == std::string_view::npos) return true;
  std::string_view process = prefix.substr(slash + 1);
  if (process.ends_with('/')) process.remove_suffix(1);
  return std::all_of(process.begin(), process.end(), is_name_char);
}

BusSocket::BusSocket(Loop& loop, ZmqContext& context, ZapGate& gate, LocalListener listener)
    : loop_(loop),
      context_(context),
      gate_(gate),
      listener_(std::move(listener)),
      renewal_(loop, [this] { renew(); }) {}

Result<std::unique_ptr<BusSocket>> BusSocket::bind(Loop& loop, ZmqContext& context, ZapGate& gate,
                                                   const std::string& endpoint) {
  LocalListener listener(endpoint);
  auto socket = bound(context, listener);
  if (!socket) return tl::unexpected(socket.error());
  std::unique_ptr<BusSocket> bus(new BusSocket(loop, context, gate, std::move(listener)));
  bus->take(std::move(*socket));
  return bus;
}

void BusSocket::take(zmq::socket_t socket) {
  socket_.emplace(loop_, std::move(socket), [this] { on_subscriptions(); });
  subscriptions_ = 0;
  anyone_ = false;
  refusals_.clear();
}

void BusSocket::publish(std::string_view topic, std::string_view payload) {
  if (!anyone_) return;  // not copied for nobody
  socket_->post(topic, payload);
}

void BusSocket::on_subscriptions() {
  std::vector<std::string> frames;
  for (int i = 0; i < turn_budget && socket_->receive(frames, 1); i++) {
    if (frames.empty() || frames[0].empty()) continue;
    std::string_view prefix = std::string_view(frames[0]).substr(1);
    char what = frames[0][0];
    if (what == subscribe_byte) {
      subscribe(prefix);
    } else if (what == unsubscribe_byte && is_topic_prefix(prefix)) {
      if (subscriptions_ > 0) subscriptions_--;
      zmq_setsockopt(socket_->socket().handle(), ZMQ_UNSUBSCRIBE, prefix.data(), prefix.size());
    }
  }
}

void BusSocket::subscribe(std::string_view prefix) {
  if (!is_topic_prefix(prefix) || subscriptions_ >= max_subscriptions)
    return refuse(socket_->sender());
  subscriptions_++;
  anyone_ = true;
  zmq_setsockopt(socket_->socket().handle(), ZMQ_SUBSCRIBE, prefix.data(), prefix.size());
}

// libzmq remembers each subscription of a connection, whether we take it or not, and has no way to
// end the connection of one peer. So that peer is shut out, and then all connections are ended: the
// others come back by themselves and fill what they have missed from a replay.
void BusSocket::refuse(const std::string& peer) {
  refused_++;
  if (renewal_.armed() || ++refusals_[peer] <= most_refusals) return;
  spdlog::warn("bus: {} sends nonsense as subscriptions; it is shut out", peer);
  gate_.shut_out(peer, read_clocks().mono);
  renewal_.after(0ms);
}

void BusSocket::renew() {
  auto socket = bound(context_, listener_);
  if (socket) return take(std::move(*socket));
  spdlog::error("bus: cannot be bound anew, trying again: {}", socket.error().message);
  renewal_.after(renewal_retry);
}

Result<bool> BusSocket::look() {
  if (renewal_.armed() || listener_.is_in_place()) return false;
  if (Result<> bound = listener_.bind(socket_->socket()); !bound)
    return within(bound.error(), "bus");
  return true;
}

}  // namespace muster
