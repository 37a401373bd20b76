// See zap.h. A question's frames behind the envelope (peer, empty): version, request id, domain,
// address, identity, mechanism, credentials; the answer's: version, request id, status code, status
// text, user id, metadata.
#include "base/zmq/zap.h"

#include <algorithm>
#include <charconv>

namespace muster {

namespace {

constexpr size_t max_frames = 16;
enum Frame : size_t { peer = 0, empty = 1, protocol = 2, request_id = 3, address = 5, least = 8 };

zmq::socket_t bound_gate(ZmqContext& context) {
  zmq::socket_t socket(context.get(), zmq::socket_type::router);
  socket.set(zmq::sockopt::linger, 0);
  socket.bind("inproc://zeromq.zap.01");
  return socket;
}

}  // namespace

int64_t uid_of_ipc_peer(std::string_view address_text) {
  size_t colon = address_text.find(':');
  if (colon == std::string_view::npos) return -1;
  std::string_view rest = address_text.substr(colon + 1);
  int64_t uid = -1;
  auto [end, problem] = std::from_chars(rest.data(), rest.data() + rest.size(), uid);
  bool complete = problem == std::errc() && end != rest.data() + rest.size() && *end == ':';
  return complete ? uid : -1;
}

ZapGate::ZapGate(Loop& loop, ZmqContext& context, std::function<bool(std::string_view)> may_connect)
    : may_connect_(std::move(may_connect)),
      socket_(loop, bound_gate(context), [this] { on_readable(); }) {}

void ZapGate::shut_out(std::string address, MonoTime now) {
  if (shut_out_.size() == most_shut_out) shut_out_.pop_front();
  shut_out_.push_back({std::move(address), now + shut_out_for});
}

bool ZapGate::is_shut_out(std::string_view address) {
  const MonoTime now = read_clocks().mono;
  while (!shut_out_.empty() && shut_out_.front().until <= now) shut_out_.pop_front();
  return std::any_of(shut_out_.begin(), shut_out_.end(),
                     [&](const ShutOut& out) { return out.address == address; });
}

void ZapGate::on_readable() {
  std::vector<std::string> question;
  while (socket_.receive(question, max_frames)) {
    if (question.size() < least) continue;
    bool may = may_connect_(question[address]) && !is_shut_out(question[address]);
    if (!may) refused_++;
    std::string_view answer[] = {question[peer],
                                 question[empty],
                                 question[protocol],
                                 question[request_id],
                                 may ? "200" : "400",
                                 may ? "OK" : "not the owner of this muster",
                                 "",
                                 ""};
    (void)socket_.send(answer);
  }
}

void guard(zmq::socket_t& socket) { socket.set(zmq::sockopt::zap_domain, "muster"); }

}  // namespace muster
