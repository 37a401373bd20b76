// See curve_gate.h. A question's frames behind the envelope (peer, empty): version, request id,
// domain, address, identity, mechanism, the client's key; the answer's: version, request id, status
// code, status text, user id, metadata. The user id is the text of the key, so that a name that is
// given to another key serves no old connection.
#include "front/curve_gate.h"

#include <fmt/format.h>
#include <cstdio>

#include "base/terminal_text.h"
#include "proto/key_text.h"

namespace muster {
namespace {

constexpr size_t most_frames = 16;
constexpr Nanos pause = 1s;
enum Frame : size_t {
  peer_at,
  empty_at,
  protocol_at,
  request_id_at,
  domain_at,
  address_at,
  identity_at,
  mechanism_at,
  key_at,
  of_curve
};

zmq::socket_t bound_gate(ZmqContext& context) {
  zmq::socket_t socket(context.get(), zmq::socket_type::router);
  socket.set(zmq::sockopt::linger, 0);
  socket.bind("inproc://zeromq.zap.01");
  return socket;
}

}  // namespace

CurveGate::CurveGate(Loop& loop, ZmqContext& context, AllowedKeys& keys)
    : keys_(keys),
      pause_(loop, [this] { tell(); }),
      socket_(loop, bound_gate(context), [this] { on_readable(); }) {}

void CurveGate::on_readable() {
  std::vector<std::string> question;
  while (socket_.receive(question, most_frames)) {
    if (question.size() <= address_at || socket_.was_too_long()) continue;
    const bool is_curve = question.size() == of_curve && question[mechanism_at] == "CURVE" &&
                          question[key_at].size() == key_bytes &&
                          question[domain_at] == front_domain;
    keys_.look();
    const RemoteKey* key = is_curve ? keys_.find(question[key_at]) : nullptr;
    const std::string why = !is_curve ? "no CURVE"
                            : !key    ? "unknown key"
                                      : why_not_now(*key, question[address_at], read_clocks().wall);
    const std::string user = is_curve ? key_text(question[key_at]) : "";
    if (!why.empty())
      tell_refused(fmt::format("{} from {} ({})", is_curve ? brief_key(question[key_at]) : "?",
                               question[address_at], why));
    const std::string_view answer[] = {question[peer_at],
                                       question[empty_at],
                                       question[protocol_at],
                                       question[request_id_at],
                                       why.empty() ? "200" : "400",
                                       why.empty() ? "OK" : "unknown key",
                                       why.empty() ? std::string_view(user) : "",
                                       ""};
    (void)socket_.send(answer);
  }
}

void CurveGate::tell_refused(const std::string& who) {
  last_ = who;
  ++untold_;
  if (!pause_.armed()) tell();
}

void CurveGate::tell() {
  if (untold_ == 0) return;
  std::string line = "refused ";
  append_terminal_safe(last_, line);
  if (untold_ > 1) line += fmt::format(" (the last of {})", untold_);
  std::puts(line.c_str());
  untold_ = 0;
  pause_.after(pause);
}

}  // namespace muster
