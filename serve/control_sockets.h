// The sockets at which clients ask, one for each role that a connection can have: `control` for the
// user itself, `operate` for those that steer what is there, `read` for programs that only look on.
// Decides nothing. Keeps: a client of one socket is never taken for a client of another, however it
// names itself.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string_view>

#include "proto/endpoints.h"
#include "proto/role.h"
#include "serve/control_socket.h"

namespace muster {

class ControlSockets {
 public:
  struct Came {
    ClientId client;
    Request request;
    Role role;
    size_t bytes;         // of the request
    std::string address;  // from where it came in from the network; empty: from this machine
  };
  struct Receiver {
    std::function<void(Came)> on_request;
    std::function<bool(const ClientId&)> waits;
    std::function<void(const ClientId&)> on_lost;
    // Whether it is muster-front, which says in `by` whose request it passes on.
    std::function<bool(int64_t pid)> is_front;
  };

  // `under_way` outlives the sockets.
  static Result<ControlSockets> bind(Loop& loop, ZmqContext& context, const Endpoints& places,
                                     BytesUnderWay& under_way, const Receiver& receiver);

  // They do what those of ControlSocket do.
  bool send(const ClientId& client, const Reply& reply);
  void hold(const ClientId& client, ptrdiff_t bytes);
  uint64_t refused() const;
  void serve();

  // Once a second: tells of each what its look() has said.
  void look(const std::function<void(const Result<bool>&, std::string_view name)>& tell);

 private:
  static constexpr size_t count = 3;

  ControlSocket* socket_of(const ClientId& client);

  std::array<std::unique_ptr<ControlSocket>, count> sockets_;
};

}  // namespace muster
