// See zap.h. A question's frames behind the envelope (peer, empty): version, request id, domain,
// address, identity, mechanism, credentials; the answer's: version, request id, status code, status
// text, user id, metadata.
#include "base/zmq/zap.h"

#include <algorithm>
#include <charconv>

#include "base/process_start.h"

namespace muster {

namespace {

constexpr size_t max_frames = 16;
enum Frame : size_t {
  peer_at = 0,
  empty_at = 1,
  protocol_at = 2,
  request_id_at = 3,
  domain_at = 4,
  address_at = 5,
  least = 8
};

// A client that is refused for ever is told so, and its libzmq does not try again. A client that is
// to come later is left waiting until the handshake's time is over, and then tries again.
constexpr const char *never_status = "400", *later_status = "300";

// ZMQ_ZAP_ENFORCE_DOMAIN: only the header of drafts names it, the library has it since 4.3.
constexpr int enforce_domain = 93;

// "localhost:UID:GID:PID" has them at the places 1 to 3; -1 if there is none.
int64_t number_in(std::string_view address, int place) {
  for (int i = 0; i < place; i++) {
    const size_t colon = address.find(':');
    if (colon == std::string_view::npos) return -1;
    address.remove_prefix(colon + 1);
  }
  const std::string_view digits = address.substr(0, address.find(':'));
  int64_t number = -1;
  auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return problem == std::errc() && end == digits.data() + digits.size() ? number : -1;
}

uint64_t start_of(std::string_view address) { return start_of_process(number_in(address, 3)); }

zmq::socket_t bound_gate(ZmqContext& context) {
  zmq::socket_t socket(context.get(), zmq::socket_type::router);
  socket.set(zmq::sockopt::linger, 0);
  socket.bind("inproc://zeromq.zap.01");
  return socket;
}

}  // namespace

int64_t uid_of_ipc_peer(std::string_view address) {
  return number_in(address, 3) < 0 ? -1 : number_in(address, 1);
}

int64_t pid_of_ipc_peer(std::string_view address) { return number_in(address, 3); }

ZapGate::ZapGate(Loop& loop, ZmqContext& context, std::function<bool(std::string_view)> may_connect)
    : may_connect_(std::move(may_connect)),
      socket_(loop, bound_gate(context), [this] { on_readable(); }) {}

Nanos ZapGate::shut_out(std::string_view domain, const std::string& address, MonoTime now) {
  ShutOut* out = find(domain, address, now);
  if (!out) {
    if (shut_out_.size() == most_shut_out) shut_out_.pop_front();
    shut_out_.push_back({std::string(domain), address, start_of(address), {}, {}, 0});
    out = &shut_out_.back();
  }
  const Nanos time = std::min(first_time * (1 << std::min(out->times++, 16)), longest_time);
  out->until = now + time;
  out->forgotten = out->until + longest_time;
  return time;
}

ZapGate::ShutOut* ZapGate::find(std::string_view domain, std::string_view address, MonoTime now) {
  std::erase_if(shut_out_, [&](const ShutOut& out) { return out.forgotten <= now; });
  auto found = std::find_if(shut_out_.begin(), shut_out_.end(), [&](const ShutOut& out) {
    return out.domain == domain && out.address == address && out.started == start_of(address);
  });
  return found == shut_out_.end() ? nullptr : &*found;
}

void ZapGate::on_readable() {
  std::vector<std::string> question;
  while (socket_.receive(question, max_frames)) {
    if (question.size() < least || socket_.was_too_long()) continue;
    const MonoTime now = read_clocks().mono;
    const ShutOut* out = find(question[domain_at], question[address_at], now);
    const bool may = may_connect_(question[address_at]), later = out && out->until > now;
    if (!may || later) refused_++;
    std::string_view answer[] = {question[peer_at],
                                 question[empty_at],
                                 question[protocol_at],
                                 question[request_id_at],
                                 !may    ? never_status
                                 : later ? later_status
                                         : "200",
                                 !may    ? "not the owner of this muster"
                                 : later ? "try again later"
                                         : "OK",
                                 "",
                                 ""};
    (void)socket_.send(answer);
  }
}

void guard(zmq::socket_t& socket, const std::string& domain) {
  const int yes = 1;
  socket.set(zmq::sockopt::zap_domain, domain);
  if (zmq_setsockopt(socket.handle(), enforce_domain, &yes, sizeof yes) != 0) throw zmq::error_t();
}

}  // namespace muster
