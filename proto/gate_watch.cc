// See gate_watch.h. A server that is asked with a key that is not its own ends the connection in
// the middle; one that is started anew does so too, but not again and again.
#include "proto/gate_watch.h"

#include <cstring>
#include <vector>

#include "base/zmq/blocking.h"

namespace muster {
namespace {

constexpr int events = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
                       ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL;

}  // namespace

GateWatch::GateWatch(ZmqContext& context, zmq::socket_t& socket)
    : events_(make_monitor(context, socket, "gate-watch", events)) {}

std::string GateWatch::why_shut() {
  std::vector<zmq::message_t> frames;
  while (receive_now(events_, frames, 2)) {
    uint16_t event = 0;
    if (frames.empty() || frames[0].size() < sizeof event) continue;
    std::memcpy(&event, frames[0].data(), sizeof event);
    on_event(event);
  }
  if (is_refused_)
    return "the key is not let in there: it is unknown, or was removed, or has expired, or may not "
           "come from here; see it by `ctl key show`, and over there by `ctl key list`";
  if (is_another_server())
    return "another server answers there than the one whose key is known here; over there "
           "`ctl key list` shows its key";
  return {};
}

void GateWatch::on_event(uint16_t event) {
  // The connection is ended after a refusal, which may be told as a further failure.
  if (event == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL) {
    torn_++;
    return;
  }
  is_refused_ = event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
  is_other_ = event == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL;
  torn_ = 0;
}

}  // namespace muster
