// Answers libzmq's questions about connections from the network (ZAP, RFC 27). It must exist before
// the socket that it guards is bound. Keeps: a connection that has not proved by CURVE to have a
// key that is let in now, from there, is refused, and one line a second at most tells of such ones.
#pragma once

#include <string>
#include <string_view>

#include "base/uv/timer.h"
#include "base/zmq/context.h"
#include "base/zmq/loop_socket.h"
#include "front/allowed_keys.h"

namespace muster {

inline constexpr const char* front_domain = "muster-front";

class CurveGate {
 public:
  // `keys` outlives it.
  CurveGate(Loop& loop, ZmqContext& context, AllowedKeys& keys);

  // Prints a line about a connection that was refused.
  void tell_refused(const std::string& who);

 private:
  void on_readable();
  void tell();

  AllowedKeys& keys_;
  std::string last_;
  size_t untold_ = 0;
  Timer pause_;
  LoopSocket socket_;
};

}  // namespace muster
