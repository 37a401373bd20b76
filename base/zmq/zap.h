// Who may connect: answers libzmq's questions about new connections (ZAP, RFC 27) in the loop. To
// exist before the sockets that it guards are bound; those set a ZAP domain. Only one per context.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/zmq/context.h"
#include "base/zmq/loop_socket.h"

namespace muster {

// The user id in the address that libzmq gives for an ipc peer, "localhost:UID:GID:PID"; -1 if it
// has another form.
int64_t uid_of_ipc_peer(std::string_view address);

class ZapGate {
 public:
  // `may_connect` is asked with the peer's address.
  ZapGate(Loop& loop, ZmqContext& context, std::function<bool(std::string_view)> may_connect);

  uint64_t refused() const { return refused_; }

 private:
  void on_readable();

  std::function<bool(std::string_view)> may_connect_;
  uint64_t refused_ = 0;
  LoopSocket socket_;
};

// Puts `socket` under the gate; before bind.
void guard(zmq::socket_t& socket);

}  // namespace muster
