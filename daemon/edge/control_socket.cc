// See control_socket.h. A ROUTER does not tell when a peer goes. Its monitor tells that some
// connection has ended; then the watched clients are sent a message that says nothing, and who
// cannot be reached is the one that went.
#include "daemon/edge/control_socket.h"

#include <spdlog/spdlog.h>

#include "base/zmq/zap.h"
#include "proto/codec.h"
#include "proto/limits.h"

namespace muster {

namespace {

constexpr int requests_a_turn = 128;  // requests served in one turn of the loop
constexpr int replies_queue =
    1000;  // replies waiting for one client; beyond it counts as not reading
// After the end of a connection.
constexpr uint32_t looks_for_lost = 4;
constexpr Nanos look_pause = 50ms;
constexpr const char* monitor_address = "inproc://control-monitor";

}  // namespace

Result<std::unique_ptr<ControlSocket>> ControlSocket::bind(Loop& loop, ZmqContext& context,
                                                           const std::string& endpoint,
                                                           Receiver receiver) {
  try {
    zmq::socket_t socket = make_socket(context, zmq::socket_type::router, limits::control_message);
    socket.set(zmq::sockopt::router_mandatory, 1);
    socket.set(zmq::sockopt::sndhwm, replies_queue);
    guard(socket);
    if (zmq_socket_monitor(socket.handle(), monitor_address, ZMQ_EVENT_DISCONNECTED) != 0)
      return fail("control {}: monitor: {}", endpoint, zmq_strerror(zmq_errno()));
    zmq::socket_t monitor(context.get(), zmq::socket_type::pair);
    monitor.set(zmq::sockopt::linger, 0);
    monitor.connect(monitor_address);
    LocalListener listener(endpoint);
    if (Result<> bound = listener.bind(socket); !bound) return within(bound.error(), "control");
    return std::unique_ptr<ControlSocket>(new ControlSocket(
        loop, std::move(listener), std::move(socket), std::move(monitor), std::move(receiver)));
  } catch (const zmq::error_t& problem) {
    return fail("control {}: {}", endpoint, problem.what());
  }
}

ControlSocket::ControlSocket(Loop& loop, LocalListener listener, zmq::socket_t socket,
                             zmq::socket_t monitor, Receiver receiver)
    : listener_(std::move(listener)),
      receiver_(std::move(receiver)),
      socket_(loop, std::move(socket), [this] { on_requests(); }),
      monitor_(loop, std::move(monitor), [this] { on_connection_event(); }),
      look_again_(loop, [this] { look_for_lost(); }) {}

Result<bool> ControlSocket::look() {
  if (listener_.is_in_place()) return false;
  if (Result<> bound = listener_.bind(socket_.socket()); !bound)
    return within(bound.error(), "control");
  return true;
}

void ControlSocket::on_requests() {
  std::vector<std::string> frames;
  for (int i = 0; i < requests_a_turn && socket_.receive(frames, 2); i++) {
    if (frames.size() != 2) {
      refused_++;
      continue;
    }
    std::string_view body[] = {frames[1]};
    Result<Request> request = decode_request(body);
    if (request) {
      receiver_.on_request(frames[0], std::move(*request));
      continue;
    }
    refused_++;
    spdlog::warn("control: a message was refused: {}", request.message());
    const uint64_t id = decode_id(body).value_or(0);
    send(frames[0], Reply{id, false, RefusedReply{Refusal::usage, request.message()}});
  }
}

bool ControlSocket::send(const ClientId& client, const Reply& reply) {
  Frames encoded = encode(reply);
  std::vector<std::string_view> frames{client};
  frames.insert(frames.end(), encoded.begin(), encoded.end());
  return socket_.send(frames) == LoopSocket::Sent::sent;
}

void ControlSocket::watch(const ClientId& client, uint64_t id) { watched_.emplace(client, id); }
void ControlSocket::unwatch(const ClientId& client, uint64_t id) { watched_.erase({client, id}); }

void ControlSocket::on_connection_event() {
  std::vector<std::string> frames;
  bool ended = false;
  while (monitor_.receive(frames, 2)) ended = true;
  if (!ended) return;
  looks_left_ = looks_for_lost;
  look_for_lost();
}

// The monitor may tell of an end before the ROUTER itself knows: then a message still gets away.
void ControlSocket::look_for_lost() {
  std::vector<std::pair<ClientId, uint64_t>> lost;
  for (auto& [client, id] : watched_)
    if (!send(client, Reply{id, true, AliveReply{}})) lost.emplace_back(client, id);
  for (auto& gone : lost) watched_.erase(gone);
  for (auto& gone : lost) receiver_.on_lost(gone.first);
  if (--looks_left_ > 0 && !watched_.empty()) look_again_.after(look_pause);
}

}  // namespace muster
