// See blocking.h.
#include "base/zmq/blocking.h"

#include <algorithm>

#include "base/zmq/undisturbed.h"

namespace muster {

void wait_readable(zmq::socket_t& socket, Nanos timeout) {
  constexpr auto longest = std::chrono::milliseconds(1h);
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(timeout);
  zmq_pollitem_t item{socket.handle(), 0, ZMQ_POLLIN, 0};
  zmq_poll(&item, 1, std::clamp(wait, 0ms, longest).count());
}

bool receive_now(zmq::socket_t& socket, std::vector<zmq::message_t>& frames, size_t most) {
  frames.clear();
  for (;;) {
    zmq::message_t frame;
    // Frames arrive together: once there is one, the others are there too.
    if (undisturbed([&] { return zmq_msg_recv(frame.handle(), socket.handle(), ZMQ_DONTWAIT); }) <
        0)
      return false;
    const bool more = frame.more();
    if (frames.size() < most) frames.push_back(std::move(frame));
    if (!more) return true;
  }
}

bool send_frame(zmq::socket_t& socket, std::string_view frame) {
  const auto call = [&] { return zmq_send(socket.handle(), frame.data(), frame.size(), 0); };
  return undisturbed(call) >= 0;
}

}  // namespace muster
