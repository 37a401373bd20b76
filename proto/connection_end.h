// Tells that the connection of a client socket has ended, which libzmq repairs without a word: what
// was asked for over it is not known on the other side any more. Its monitor tells.
#pragma once

#include <zmq.hpp>

#include "base/zmq/context.h"

namespace muster {

class ConnectionEnd {
 public:
  // `socket` outlives this, and has no other monitor.
  ConnectionEnd(ZmqContext& context, zmq::socket_t& socket);

  // Whether it has ended since the last call. Never waits.
  bool take();

 private:
  zmq::socket_t events_;
};

}  // namespace muster
