// Who may connect: answers libzmq's questions about new connections (ZAP, RFC 27) in the loop. To
// exist before the sockets that it guards are bound; those set a ZAP domain. Only one per context.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.h"
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

  // Whoever has this address may not connect for a while. It ends no connection that exists.
  void shut_out(std::string address, MonoTime now);

  uint64_t refused() const { return refused_; }

 private:
  struct ShutOut {
    std::string address;
    MonoTime until;
  };

  void on_readable();
  bool is_shut_out(std::string_view address);

  // An address holds a process's number, which another will have some day.
  static constexpr Nanos shut_out_for = 10min;
  // Who has so many processes to spare can do worse; the oldest is let in again.
  static constexpr size_t most_shut_out = 256;

  std::function<bool(std::string_view)> may_connect_;
  std::deque<ShutOut> shut_out_;  // the oldest first
  uint64_t refused_ = 0;
  LoopSocket socket_;
};

// Puts `socket` under the gate; before bind.
void guard(zmq::socket_t& socket);

}  // namespace muster
