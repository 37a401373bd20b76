// See loop_socket.h.
#include "base/zmq/loop_socket.h"

#include <utility>

namespace muster {

LoopSocket::LoopSocket(Loop& loop, zmq::socket_t socket, std::function<void()> on_readable)
    : socket_(std::move(socket)),
      on_readable_(std::move(on_readable)),
      wake_up_(loop, socket_.get(zmq::sockopt::fd), [] {}),
      prepare_(loop, [this] { before_waiting(); }),
      check_(loop, [this] { after_waiting(); }),
      keep_turning_(loop, [] {}) {
  wake_up_.watch(Poll::readable);
  prepare_.on();
  check_.on();
}

bool LoopSocket::readable() {
  int events = 0;
  size_t size = sizeof events;
  // The C call: it cannot throw, and we are below a C frame.
  if (zmq_getsockopt(socket_.handle(), ZMQ_EVENTS, &events, &size) != 0) return false;
  return (events & ZMQ_POLLIN) != 0;
}

void LoopSocket::before_waiting() {
  if (readable()) {
    keep_turning_.on();
  } else {
    keep_turning_.off();
  }
}

void LoopSocket::after_waiting() {
  if (readable()) on_readable_();
}

bool LoopSocket::receive(std::vector<std::string>& frames, size_t max_frames) {
  frames.clear();
  bool too_long = false;
  for (;;) {
    zmq_msg_t frame;
    zmq_msg_init(&frame);
    if (zmq_msg_recv(&frame, socket_.handle(), ZMQ_DONTWAIT) < 0) {
      zmq_msg_close(&frame);
      return false;  // only before the first frame: the others of a message are there with it
    }
    if (frames.size() == max_frames) too_long = true;
    if (frames.empty()) {
      const char* address = zmq_msg_gets(&frame, "Peer-Address");
      sender_ = address ? address : "";
    }
    if (!too_long)
      frames.emplace_back(static_cast<const char*>(zmq_msg_data(&frame)), zmq_msg_size(&frame));
    bool more = zmq_msg_more(&frame) != 0;
    zmq_msg_close(&frame);
    if (!more) break;
  }
  if (too_long) frames.clear();
  return true;
}

LoopSocket::Sent LoopSocket::send(std::span<const std::string_view> frames) {
  for (size_t i = 0; i < frames.size(); i++) {
    int flags = ZMQ_DONTWAIT | (i + 1 < frames.size() ? ZMQ_SNDMORE : 0);
    if (zmq_send(socket_.handle(), frames[i].data(), frames[i].size(), flags) >= 0) continue;
    // Only the first frame can be refused; it decides for the whole message.
    return zmq_errno() == EHOSTUNREACH ? Sent::unreachable : Sent::full;
  }
  return Sent::sent;
}

}  // namespace muster
