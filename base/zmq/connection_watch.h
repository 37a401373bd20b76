// Says when connections of a bound socket end, by libzmq's monitor. A ROUTER or XPUB socket itself
// does not tell.
#pragma once

#include <functional>
#include <map>

#include "base/uv/timer.h"
#include "base/zmq/context.h"
#include "base/zmq/loop_socket.h"

namespace muster {

class ConnectionWatch {
 public:
  // `has_gone(fd)` is called from the loop when the connection with that descriptor is ending:
  // false while it is still open, and then it is called again a moment later. `name` is unique in
  // the context. To be made before the socket is bound, and destroyed before it.
  ConnectionWatch(Loop& loop, ZmqContext& context, zmq::socket_t& socket, const std::string& name,
                  std::function<bool(int fd)> has_gone);

  // A connection that may have ended before anybody knew of it.
  void look_at(int fd);

 private:
  void on_events();
  void look();

  std::function<bool(int fd)> has_gone_;
  std::map<int, int> ending_;  // descriptor -> how often it was looked at
  LoopSocket events_;
  Timer look_again_;
};

}  // namespace muster
