// See control_socket.h. A ROUTER does not tell when a peer goes, and cannot end its connection.
// Its monitor tells of the descriptor of each connection that ends, and each message tells by which
// it came: so both are possible.
#include "serve/control_socket.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/zmq/zap.h"
#include "proto/codec.h"
#include "proto/limits.h"
#include "proto/verb.h"
#include "serve/peer_name.h"

namespace muster {

namespace {

constexpr int requests_a_turn = 128;  // requests served in one turn of the loop
constexpr int replies_queue =
    1000;  // replies waiting for one client; beyond it counts as not reading
// libzmq 4.3.4 stops to read from a client whose queue is full. If the client goes then, any
// heartbeat of it or to it makes libzmq abort, and the daemon with it. So there is no limit in
// libzmq: all that has come is read at once, and kept here, where it counts.
constexpr int no_limit = 0;
constexpr size_t most_waiting = 10'000;  // requests of one client
constexpr size_t reads_a_turn = 8000, read_bytes_a_turn = 32 << 20;
// A request's frames: who sent it, perhaps the empty one of a REQ socket, the request, and one more
// to see that there are too many.
constexpr size_t most_frames = 4;
// Frames below it are copied: that costs less than to count each by itself.
constexpr size_t worth_counting = 1 << 10;

// The memory that a message takes in libzmq.
size_t cost_of(const Frames& frames) {
  size_t bytes = 0;
  for (auto& frame : frames) bytes += frame.size() + Tally::of_message;
  return bytes;
}

// Behind the '@' in "eve@10.0.0.7".
std::string place_in(const std::string& by) {
  const size_t at = by.find('@');
  return at == by.npos ? "" : by.substr(at + 1);
}

// 0 if there is none that can be read.
uint64_t id_in(std::span<const std::string> frames) {
  if (frames.size() != 1) return 0;
  const std::string_view body = frames[0];
  return decode_id(std::span(&body, 1)).value_or(0);
}

}  // namespace

Result<std::unique_ptr<ControlSocket>> ControlSocket::bind(Loop& loop, ZmqContext& context,
                                                           const std::string& name,
                                                           const std::string& endpoint,
                                                           BytesUnderWay& under_way,
                                                           Receiver receiver) {
  try {
    zmq::socket_t socket = make_socket(context, zmq::socket_type::router, limits::control_message);
    socket.set(zmq::sockopt::router_mandatory, 1);
    socket.set(zmq::sockopt::sndhwm, replies_queue);
    socket.set(zmq::sockopt::rcvhwm, no_limit);
    guard(socket, "muster-control");
    std::unique_ptr<ControlSocket> control(new ControlSocket(loop, context, name, std::move(socket),
                                                             LocalListener(endpoint), under_way,
                                                             std::move(receiver)));
    if (Result<> bound = control->listener_.bind(control->socket_.socket()); !bound)
      return within(bound.error(), "{}", name);
    return control;
  } catch (const zmq::error_t& problem) {
    return fail("{} {}: {}", name, endpoint, problem.what());
  }
}

ControlSocket::ControlSocket(Loop& loop, ZmqContext& context, std::string name,
                             zmq::socket_t socket, LocalListener listener, BytesUnderWay& under_way,
                             Receiver receiver)
    : name_(std::move(name)),
      listener_(std::move(listener)),
      under_way_(under_way),
      receiver_(std::move(receiver)),
      log_(loop, name_ + ": a message was refused"),
      serve_again_(loop, [this] { serve(); }),
      socket_(loop, std::move(socket), [this] { on_requests(); }),
      watch_(loop, context, socket_.socket(), name_ + "-connections",
             [this](int fd) { return has_gone(fd); }) {
  under_way.add(*this);
}

Result<bool> ControlSocket::look() {
  if (listener_.is_in_place()) return false;
  if (Result<> bound = listener_.bind(socket_.socket()); !bound)
    return within(bound.error(), "{}", name_);
  return true;
}

void ControlSocket::on_requests() {
  std::vector<std::string> frames;
  size_t bytes = 0;
  for (size_t i = 0; i < reads_a_turn && bytes < read_bytes_a_turn; i++) {
    if (!socket_.receive(frames, most_frames)) break;
    if (frames.empty()) continue;
    for (auto& frame : frames) bytes += frame.size();
    meet(frames[0], socket_.sender_fd());
    keep(frames[0], std::span(frames).subspan(1));
  }
  under_way_.settle();
  serve();
}

void ControlSocket::keep(const ClientId& name, std::span<std::string> frames) {
  Client& client = clients_.at(name);
  if (client.dropped) return;
  size_t cost = sizeof(Asked);
  for (auto& frame : frames) cost += sizeof(std::string) + frame.size();
  if (client.waiting.size() == most_waiting || client.owes->bytes() + cost > BytesUnderWay::of_one)
    return refuse(name, false, id_in(frames), "too many requests at once: wait for the answers");
  client.owes->add(cost);
  if (client.waiting.empty()) turns_.push_back(name);
  client.waiting.push_back(
      {{std::make_move_iterator(frames.begin()), std::make_move_iterator(frames.end())}, cost});
}

void ControlSocket::serve() {
  std::vector<ClientId> later;
  for (int i = 0; i < requests_a_turn && !turns_.empty(); i++) {
    const ClientId name = std::move(turns_.front());
    turns_.pop_front();
    const auto found = clients_.find(name);
    if (found == clients_.end() || found->second.waiting.empty()) continue;
    if (receiver_.waits(name)) {
      later.push_back(name);
      continue;
    }
    Client& client = found->second;
    const Asked asked = std::move(client.waiting.front());
    client.waiting.pop_front();
    client.owes->remove(asked.cost);
    if (!client.waiting.empty()) turns_.push_back(name);
    take(name, asked);
  }
  if (!turns_.empty()) serve_again_.after(Nanos(0));
  std::ranges::move(later, std::back_inserter(turns_));
}

// A REQ socket sends an empty frame first, and sees no answer without one.
void ControlSocket::take(const ClientId& client, const Asked& asked) {
  const std::vector<std::string>& frames = asked.frames;
  const bool is_req = frames.size() > 1 && frames[0].empty();
  if (is_req)
    return refuse(client, is_req, 0,
                  "request: it begins with an empty frame, as a REQ socket sends it; use DEALER");
  const std::vector<std::string_view> body(frames.begin(), frames.end());
  Result<Request> request = decode_request(body);
  if (request) {
    if (clients_.at(client).dropped && is_question(request->body)) return;
    const Client& from = clients_.at(client);
    std::string address = from.is_front ? place_in(request->by) : "";
    if (address.empty()) request->by = name_of_peer(from.sender, request->by);
    size_t bytes = 0;
    for (auto& frame : body) bytes += frame.size();
    return receiver_.on_request(client, std::move(*request), std::move(address), bytes);
  }
  refuse(client, is_req, id_in(frames), request.message());
}

void ControlSocket::refuse(const ClientId& client, bool is_req, uint64_t id,
                           const std::string& why) {
  refused_++;
  log_.add(why);
  send(client, is_req, Reply{id, false, RefusedReply{Refusal::usage, why}});
}

bool ControlSocket::send(const ClientId& client, const Reply& reply) {
  return send(client, false, reply);
}

bool ControlSocket::send(const ClientId& name, bool is_req, const Reply& reply) {
  const auto found = clients_.find(name);
  if (found == clients_.end() || found->second.dropped) return false;
  Client& client = found->second;
  Frames encoded = encode(reply);
  if (encoded[0].size() > limits::control_reply)
    encoded =
        encode(Reply{reply.id, false,
                     RefusedReply{Refusal::no, fmt::format("the answer is too large: {} bytes",
                                                           encoded[0].size())}});
  const size_t cost = cost_of(encoded), owes = client.owes->bytes();
  if (owes > 0 && owes + cost > BytesUnderWay::of_one) {
    drop(client);
    return false;
  }
  size_t uncounted = cost;
  for (auto& frame : encoded)
    if (frame.size() >= worth_counting || &frame == encoded.data()) uncounted -= frame.size();
  std::vector<zmq::message_t> frames;
  frames.emplace_back(name.data(), name.size());
  if (is_req) frames.emplace_back();
  for (auto& frame : encoded) {
    if (frame.size() >= worth_counting || &frame == encoded.data())
      frames.push_back(counted_frame(std::move(frame), client.owes, std::exchange(uncounted, 0)));
    else
      frames.emplace_back(frame.data(), frame.size());
  }
  const bool sent = socket_.send(std::move(frames)) == LoopSocket::Sent::sent;
  under_way_.settle();
  return sent && !client.dropped;
}

void ControlSocket::hold(const ClientId& client, ptrdiff_t bytes) {
  const auto found = clients_.find(client);
  if (found == clients_.end()) return;
  if (bytes < 0) return found->second.owes->remove(static_cast<size_t>(-bytes));
  found->second.owes->add(static_cast<size_t>(bytes));
  under_way_.settle();
}

// ---- who is there

// A descriptor that another client had before is proof that this one has gone; and a client that
// names itself may come back by another connection: what was under way by the first has ended.
void ControlSocket::meet(const ClientId& name, int fd) {
  if (auto known = clients_.find(name); known != clients_.end()) {
    if (known->second.connection.fd() == fd) return;
    lose(name);
  }
  if (auto before = by_descriptor_.find(fd); before != by_descriptor_.end())
    lose(ClientId(before->second));
  const Client& client =
      clients_
          .emplace(name, Client{Connection(fd),
                                std::make_shared<Tally>(under_way_.all()),
                                socket_.sender(),
                                {},
                                false,
                                receiver_.is_front(pid_of_ipc_peer(socket_.sender()))})
          .first->second;
  by_descriptor_[fd] = name;
  if (!client.connection.is_there()) watch_.look_at(fd);
}

bool ControlSocket::has_gone(int fd) {
  const auto name = by_descriptor_.find(fd);
  if (name == by_descriptor_.end()) return true;
  if (clients_.at(name->second).connection.is_there()) return false;
  lose(ClientId(name->second));
  return true;
}

void ControlSocket::lose(const ClientId& client) {
  Client& lost = clients_.at(client);
  lost.dropped = true;
  // Its changes are made, for it has asked for them; no answer finds it.
  for (auto& asked : std::exchange(lost.waiting, {})) take(client, asked);
  receiver_.on_lost(client);
  by_descriptor_.erase(lost.connection.fd());
  clients_.erase(client);
}

// ---- who owes what

void ControlSocket::drop(Client& client) {
  client.dropped = true;
  for (auto& asked : std::exchange(client.waiting, {})) client.owes->remove(asked.cost);
  client.connection.end();
}

size_t ControlSocket::owed() const {
  size_t bytes = 0;
  for (auto& [name, client] : clients_)
    if (!client.dropped) bytes += client.owes->bytes();
  return bytes;
}

ControlSocket::Clients::const_iterator ControlSocket::who_owes_most() const {
  const auto owes = [](auto& entry) {
    return entry.second.dropped ? 0 : entry.second.owes->bytes();
  };
  return std::max_element(clients_.begin(), clients_.end(),
                          [&](auto& a, auto& b) { return owes(a) < owes(b); });
}

size_t ControlSocket::most_owed() const {
  const auto most = who_owes_most();
  return most == clients_.end() || most->second.dropped ? 0 : most->second.owes->bytes();
}

void ControlSocket::drop_most() {
  const auto most = who_owes_most();
  if (most != clients_.end()) drop(clients_.at(most->first));
}

}  // namespace muster
