// See front.h. libzmq asks the gate once for each connection, and goes on serving one whose key was
// taken away: so the key is looked up again for each message, and several times a second for silent
// connections.
#include "front/front.h"

#include <fmt/format.h>
#include <algorithm>
#include <cstdio>

#include "base/zmq/zap.h"
#include "proto/codec.h"
#include "proto/key_text.h"
#include "proto/limits.h"

namespace muster {
namespace {

constexpr int queue = 1000;  // messages to one peer
constexpr int no_limit = 0;  // see serve/control_socket.cc
constexpr int backlog = 64;
constexpr size_t messages_a_turn = 256;
constexpr size_t most_of_all = 256, most_of_key = 64;  // connections
constexpr size_t most_owed = 64 << 20, most_owed_by_all = 256 << 20;
constexpr Nanos look_every = 200ms;
constexpr Nanos answer_to_enrolment = 2s;
// A handshake that is refused costs half a millisecond of a processor.
constexpr size_t most_strangers = 50;
constexpr Nanos second = 1s, rest = 1s;

zmq::socket_t made_listener(ZmqContext& context, const FrontOptions& options) {
  zmq::socket_t socket = make_socket(context, zmq::socket_type::router, limits::control_message);
  socket.set(zmq::sockopt::router_mandatory, 1);
  socket.set(zmq::sockopt::sndhwm, queue);
  socket.set(zmq::sockopt::rcvhwm, no_limit);
  socket.set(zmq::sockopt::backlog, backlog);
  socket.set(zmq::sockopt::ipv6, options.listen.starts_with('['));
  socket.set(zmq::sockopt::curve_server, 1);
  if (zmq_setsockopt(socket.handle(), ZMQ_CURVE_SECRETKEY, options.server_key->secret().data(),
                     key_bytes) != 0)
    throw zmq::error_t();
  guard(socket, front_domain);
  return socket;
}

// An invitation is used by a request of the highest role; may_pass() lets no other one through.
std::string place_for(const Endpoints& daemon, Role role, bool is_invited) {
  if (is_invited) return daemon.control();
  return role == Role::admin     ? daemon.control()
         : role == Role::operate ? daemon.operate()
                                 : daemon.read();
}

}  // namespace

Result<std::unique_ptr<Front>> Front::open(Loop& loop, ZmqContext& context, FrontOptions options) {
  AllowedKeys keys(options.keys_file);
  keys.look();
  if (!keys.trouble().empty()) return fail("{}", keys.trouble());
  try {
    std::unique_ptr<Front> front(new Front(loop, context, std::move(options), std::move(keys)));
    if (Result<> bound = front->bind(); !bound) return tl::unexpected(bound.error());
    return front;
  } catch (const zmq::error_t& problem) {
    return fail("libzmq: {}", problem.what());
  }
}

Front::Front(Loop& loop, ZmqContext& context, FrontOptions options, AllowedKeys keys)
    : loop_(loop),
      context_(context),
      options_(std::move(options)),
      keys_(std::move(keys)),
      gate_(loop, context, keys_),
      sweep_(loop, [this] { sweep(); }),
      look_(loop, [this] { look_at_keys(); }),
      rest_(loop, [this] { listen_again(); }),
      listener_(loop, made_listener(context, options_), [this] { on_requests(); }),
      watch_(loop, context, listener_.socket(), "front-connections",
             [this](int fd) { return has_gone(fd); }) {}

Result<> Front::bind() {
  const std::string endpoint = "tcp://" + options_.listen;
  if (zmq_bind(listener_.socket().handle(), endpoint.c_str()) != 0)
    return fail("{}: {}", options_.listen, zmq_strerror(zmq_errno()));
  endpoint_ = listener_.socket().get(zmq::sockopt::last_endpoint);
  look_.every(look_every);
  return {};
}

void Front::on_requests() {
  std::vector<std::string> frames;
  for (size_t i = 0; i < messages_a_turn; i++) {
    if (!listener_.receive(frames, 2)) return;
    if (frames.empty()) continue;
    const Remote* remote =
        meet(frames[0], listener_.sender_fd(), listener_.user_id(), listener_.sender());
    if (remote && !remote->has_ended && frames.size() == 2 && !listener_.was_too_long())
      take(frames[0], frames[1]);
  }
}

// Its client names itself as it likes; the daemon is told the name of the key.
void Front::take(const std::string& client, std::string_view frame) {
  Remote& remote = remotes_.at(client);
  keys_.look();
  if (const std::string why = why_refused(remote); !why.empty()) return end(remote, why);
  auto request = decode_request(std::span(&frame, 1));
  if (!request) return refuse(client, frame, request.message());
  if (remote.is_invited && !may_pass(remote, *request))
    return refuse(client, frame, "an invitation is used by `ctl join`, and for nothing else");
  request->by = fmt::format("{}@{}", remote.name, remote.address);
  const Frames encoded = encode(*request);
  const std::vector<std::string_view> views(encoded.begin(), encoded.end());
  if (remote.daemon->send(views) != LoopSocket::Sent::sent) end(remote, "asks too much at once");
}

// The client of an invitation may ask for the version, and hand in the key that takes its place.
bool Front::may_pass(Remote& remote, Request& request) {
  if (std::holds_alternative<VersionRequest>(request.body)) return true;
  const auto* key = std::get_if<KeyRequest>(&request.body);
  if (!key || key->enrol.empty()) return false;
  KeyRequest enrolment;
  enrolment.enrol = key->enrol;
  enrolment.once = key_text(remote.key);
  request.body = std::move(enrolment);
  remote.enrolled = read_clocks().mono;
  return true;
}

void Front::refuse(const std::string& client, std::string_view frame, const std::string& why) {
  const uint64_t id = decode_id(std::span(&frame, 1)).value_or(0);
  const Frames encoded = encode(Reply{id, false, RefusedReply{Refusal::usage, why}});
  const std::string_view answer[] = {client, encoded[0]};
  if (listener_.send(answer) != LoopSocket::Sent::sent)
    end(remotes_.at(client), "does not read its answers");
}

// Returns null if the client is refused: nothing of it is kept.
Front::Remote* Front::meet(const std::string& client, int fd, const std::string& user,
                           const std::string& address) {
  if (auto known = remotes_.find(client); known != remotes_.end()) {
    if (known->second.connection.fd() == fd) return &known->second;
    forget(known->second.connection.fd());
  }
  forget(fd);
  const auto key = key_of_text(user);
  const RemoteKey* allowed = key ? keys_.find(*key) : nullptr;
  Remote remote{Connection(fd),
                key.value_or(""),
                allowed ? allowed->name : "?",
                address,
                allowed ? allowed->role : Role::read,
                std::make_shared<Tally>(all_owed_)};
  remote.is_invited = allowed && allowed->once;
  std::string why = why_refused(remote);
  if (why.empty()) why = why_no_place(remote);
  if (!why.empty()) {
    end(remote, why);
    return nullptr;
  }
  if (!connect_to_daemon(remote, client)) {
    end(remote, "no descriptor is left");
    return nullptr;
  }
  by_descriptor_[fd] = client;
  Remote& kept = remotes_.emplace(client, std::move(remote)).first->second;
  if (!kept.connection.is_there()) watch_.look_at(fd);
  return &kept;
}

bool Front::connect_to_daemon(Remote& remote, const std::string& client) try {
  zmq::socket_t socket = make_socket(context_, zmq::socket_type::dealer, limits::control_reply);
  socket.set(zmq::sockopt::sndhwm, queue);
  socket.set(zmq::sockopt::rcvhwm, queue);
  socket.connect(place_for(options_.daemon, remote.role, remote.is_invited));
  remote.daemon = std::make_unique<LoopSocket>(loop_, std::move(socket),
                                               [this, client] { on_replies(client); });
  return true;
} catch (const zmq::error_t&) {
  return false;
}

// The descriptor is another connection's by now. This may be called in the listener's callback
// alone.
void Front::forget(int fd) {
  const auto before = by_descriptor_.find(fd);
  if (before == by_descriptor_.end()) return;
  remotes_.erase(before->second);
  by_descriptor_.erase(before);
}

std::string Front::why_refused(const Remote& remote) {
  // An invitation that has been used is let in no more, but is to be told so.
  if (remote.enrolled && read_clocks().mono - *remote.enrolled < answer_to_enrolment) return "";
  const RemoteKey* key = keys_.find(remote.key);
  if (!key) return "unknown key";
  if (key->name != remote.name || key->role != remote.role ||
      key->once.has_value() != remote.is_invited)
    return "the key is another one's now";
  return why_not_now(*key, remote.address, read_clocks().wall);
}

std::string Front::why_no_place(const Remote& remote) const {
  const auto of_key = std::count_if(remotes_.begin(), remotes_.end(),
                                    [&](auto& entry) { return entry.second.key == remote.key; });
  if (static_cast<size_t>(of_key) >= most_of_key) return "too many connections of this key";
  return remotes_.size() >= most_of_all ? "too many connections" : "";
}

void Front::on_replies(const std::string& client) {
  Remote& remote = remotes_.at(client);
  std::vector<std::string> frames;
  keys_.look();
  for (size_t i = 0; i < messages_a_turn && !remote.has_ended; i++) {
    if (!remote.daemon->receive(frames, limits::most_frames)) return;
    if (const std::string why = why_refused(remote); !why.empty()) return end(remote, why);
    std::vector<zmq::message_t> message;
    message.emplace_back(client.data(), client.size());
    for (auto& frame : frames)
      message.push_back(counted_frame(std::move(frame), remote.owes, Tally::of_message));
    const bool sent = listener_.send(std::move(message)) == LoopSocket::Sent::sent;
    if (!sent || remote.owes->bytes() > most_owed || all_owed_->bytes() > most_owed_by_all)
      end(remote, "does not read its answers");
  }
}

bool Front::has_gone(int fd) {
  const auto name = by_descriptor_.find(fd);
  if (name == by_descriptor_.end()) {
    on_stranger();
    return true;
  }
  Remote& remote = remotes_.at(name->second);
  if (remote.connection.is_there() && !remote.has_ended) return false;
  end(remote, "");
  return true;
}

// A connection has ended that never asked anything: a stranger's, or a look whether a program
// listens here. With too many of them in a second it takes no more connections for a while; those
// that there are go on.
void Front::on_stranger() {
  const MonoTime now = read_clocks().mono;
  if (now - second_began_ >= second) {
    second_began_ = now;
    strangers_ = 0;
  }
  if (++strangers_ <= most_strangers || rest_.armed()) return;
  (void)zmq_unbind(listener_.socket().handle(), endpoint_.c_str());
  std::puts("too many refused connections in a second: takes no new ones for a second");
  rest_.after(rest);
}

// The old socket of the listener may still be open for a moment.
void Front::listen_again() {
  if (zmq_bind(listener_.socket().handle(), endpoint_.c_str()) != 0) return rest_.after(rest);
  std::puts(fmt::format("listens at {}", options_.listen).c_str());
}

void Front::look_at_keys() {
  if (options_.server_key->is_replaced(read_clocks().wall)) {
    std::puts("the server's key has been replaced");
    return options_.on_key_replaced();
  }
  if (keys_.look() && !keys_.trouble().empty())
    std::puts(fmt::format("nobody is let in: {}", keys_.trouble()).c_str());
  for (auto& [client, remote] : remotes_)
    if (const std::string why = why_refused(remote); !why.empty())
      end(remote, remote.enrolled ? "" : why);
}

// `why` is empty if the client has gone by itself, and then no line is printed.
void Front::end(Remote& remote, const std::string& why) {
  if (!why.empty() && !remote.has_ended)
    gate_.tell_refused(fmt::format(
        "{} from {} ({})", remote.key.empty() ? "?" : brief_key(remote.key), remote.address, why));
  remote.has_ended = true;
  remote.connection.end();
  if (!sweep_.armed()) sweep_.after(0ms);
}

// This may not be called in a callback of the connection that it takes away.
void Front::sweep() {
  std::erase_if(by_descriptor_, [this](auto& entry) {
    const auto remote = remotes_.find(entry.second);
    return remote == remotes_.end() || remote->second.has_ended;
  });
  std::erase_if(remotes_, [](auto& entry) { return entry.second.has_ended; });
}

}  // namespace muster
