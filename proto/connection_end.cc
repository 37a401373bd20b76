// See connection_end.h.
#include "proto/connection_end.h"

#include <vector>

#include "base/zmq/blocking.h"

namespace muster {

ConnectionEnd::ConnectionEnd(ZmqContext& context, zmq::socket_t& socket)
    : events_(make_monitor(context, socket, "connection-end", ZMQ_EVENT_DISCONNECTED)) {}

bool ConnectionEnd::take() {
  std::vector<zmq::message_t> frames;
  bool has_ended = false;
  while (receive_now(events_, frames, 2)) has_ended = true;
  return has_ended;
}

}  // namespace muster
