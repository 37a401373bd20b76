// The rule for who may connect: answers libzmq's questions about new connections (ZAP, RFC 27) in
// the loop. To exist before the sockets that it guards are bound; those set a ZAP domain. Only one
// per context.
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

// Likewise of its process, as the kernel had it when it connected.
int64_t pid_of_ipc_peer(std::string_view address);

class ZapGate {
 public:
  // `may_connect` is asked with the peer's address.
  ZapGate(Loop& loop, ZmqContext& context, std::function<bool(std::string_view)> may_connect);

  // The process with this address may not connect to sockets of `domain` for a while, which is
  // returned and becomes longer each time. A later process with the same number may. It ends no
  // connection that exists.
  Nanos shut_out(std::string_view domain, const std::string& address, MonoTime now);

  uint64_t refused() const { return refused_; }

 private:
  struct ShutOut {
    std::string domain, address;
    uint64_t started = 0;  // a process's number is given to another one some day
    MonoTime until, forgotten;
    int times = 0;
  };

  void on_readable();
  ShutOut* find(std::string_view domain, std::string_view address, MonoTime now);

  // A mistake is forgiven soon; who makes it again and again is kept out for longer.
  static constexpr Nanos first_time = 1s, longest_time = 10min;
  // An attacker with so many processes to spare can do worse; the oldest is let in again.
  static constexpr size_t most_shut_out = 256;

  std::function<bool(std::string_view)> may_connect_;
  std::deque<ShutOut> shut_out_;  // the oldest first
  uint64_t refused_ = 0;
  LoopSocket socket_;
};

// Puts `socket` under the gate; before bind. While there is no gate, no peer may connect.
void guard(zmq::socket_t& socket, const std::string& domain);

}  // namespace muster
