// See bus_socket.h. With XPUB_MANUAL a subscription counts only once we repeat it with
// ZMQ_SUBSCRIBE, for the peer it came from.
#include "daemon/edge/bus_socket.h"

#include <algorithm>

#include "base/zmq/zap.h"
#include "proto/limits.h"
#include "proto/process_name.h"

namespace muster {

namespace {

constexpr size_t max_subscriptions = 16384;  // 128 bytes each at most: 2 MiB
constexpr int turn_budget = 256;             // subscription messages served in one turn of the loop
// Messages queued for one subscriber: at 10,000 a second it may be away for 0.1 s.
constexpr int queue_length = 1000;
constexpr char unsubscribe = 0, subscribe = 1;

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
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

Result<std::unique_ptr<BusSocket>> BusSocket::bind(Loop& loop, ZmqContext& context,
                                                   const std::string& endpoint) {
  try {
    zmq::socket_t socket = make_socket(context, zmq::socket_type::xpub, limits::bus_topic + 1);
    socket.set(zmq::sockopt::xpub_manual, 1);
    socket.set(zmq::sockopt::sndhwm, queue_length);
    guard(socket);
    socket.bind(endpoint);
    return std::unique_ptr<BusSocket>(new BusSocket(loop, std::move(socket)));
  } catch (const zmq::error_t& problem) {
    return fail("bus {}: {}", endpoint, problem.what());
  }
}

BusSocket::BusSocket(Loop& loop, zmq::socket_t socket)
    : socket_(loop, std::move(socket), [this] { on_subscriptions(); }) {}

void BusSocket::publish(std::string_view topic, std::string_view payload) {
  std::string_view frames[] = {topic, payload};
  (void)socket_.send(frames);  // "sent" would mean nothing: a full queue drops silently
}

void BusSocket::on_subscriptions() {
  std::vector<std::string> frames;
  for (int i = 0; i < turn_budget && socket_.receive(frames, 1); i++) {
    if (frames.empty() || frames[0].empty()) continue;
    std::string_view prefix = std::string_view(frames[0]).substr(1);
    char what = frames[0][0];
    if (what == subscribe) {
      if (!is_topic_prefix(prefix) || subscriptions_ >= max_subscriptions) {
        refused_++;
        continue;
      }
      subscriptions_++;
      zmq_setsockopt(socket_.socket().handle(), ZMQ_SUBSCRIBE, prefix.data(), prefix.size());
    } else if (what == unsubscribe && is_topic_prefix(prefix)) {
      if (subscriptions_ > 0) subscriptions_--;
      zmq_setsockopt(socket_.socket().handle(), ZMQ_UNSUBSCRIBE, prefix.data(), prefix.size());
    }
  }
}

}  // namespace muster
