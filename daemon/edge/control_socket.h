// The control socket: requests of clients in, replies out. Knows who asked and whether they are
// still there; decides nothing.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "base/result.h"
#include "base/uv/timer.h"
#include "base/zmq/context.h"
#include "base/zmq/local_listener.h"
#include "base/zmq/loop_socket.h"
#include "daemon/core/event.h"
#include "proto/message.h"

namespace muster {

class ControlSocket {
 public:
  struct Receiver {
    std::function<void(ClientId, Request)> on_request;
    std::function<void(ClientId)>
        on_lost;  // only for clients that were watched; they are not any more
  };

  static Result<std::unique_ptr<ControlSocket>> bind(Loop& loop, ZmqContext& context,
                                                     const std::string& endpoint,
                                                     Receiver receiver);

  // Never blocks. False if the client is gone or does not read: the reply is lost, and nothing more
  // should be sent to it.
  bool send(const ClientId& client, const Reply& reply);

  // Tells by on_lost when this client's connection ends while exchange `id` is under way.
  void watch(const ClientId& client, uint64_t id);
  void unwatch(const ClientId& client, uint64_t id);

  // Once a second: binds its path anew where it does not lead here any more. True if that was so.
  Result<bool> look();

  // Messages that were not understood, since the start.
  uint64_t refused() const { return refused_; }

 private:
  ControlSocket(Loop& loop, LocalListener listener, zmq::socket_t socket, zmq::socket_t monitor,
                Receiver receiver);
  void on_requests();
  void on_connection_event();
  void look_for_lost();

  LocalListener listener_;
  Receiver receiver_;
  std::set<std::pair<ClientId, uint64_t>> watched_;
  uint64_t refused_ = 0;
  LoopSocket socket_;
  LoopSocket monitor_;
  Timer look_again_;
  uint32_t looks_left_ = 0;
};

}  // namespace muster
