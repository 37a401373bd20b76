// Why a connection by CURVE does not come about: libzmq tells a client nothing, but its monitor
// says how a handshake has failed.
#pragma once

#include <string>
#include <zmq.hpp>

#include "base/zmq/context.h"

namespace muster {

class GateWatch {
 public:
  // Before `socket` is connected; it outlives this.
  GateWatch(ZmqContext& context, zmq::socket_t& socket);

  // Never waits. Empty while nothing speaks against it that the connection comes about.
  std::string why_shut();
  bool is_another_server() const { return is_other_ || torn_ >= too_often; }

 private:
  static constexpr int too_often = 4;
  void on_event(uint16_t event);

  zmq::socket_t events_;
  int torn_ = 0;  // handshakes in a row that the other side has ended without a word
  bool is_refused_ = false, is_other_ = false;
};

}  // namespace muster
