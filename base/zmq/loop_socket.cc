// See loop_socket.h.
#include "base/zmq/loop_socket.h"

#include <utility>

#include "base/zmq/undisturbed.h"

namespace muster {

namespace {
constexpr size_t worth_waking = 64 << 10;
}

LoopSocket::LoopSocket(Loop& loop, zmq::socket_t socket, std::function<void()> on_readable)
    : socket_(std::move(socket)),
      on_readable_(std::move(on_readable)),
      wake_up_(loop, socket_.get(zmq::sockopt::fd), [this] { stirred_ = true; }),
      prepare_(loop, [this] { before_waiting(); }),
      check_(loop, [this] { after_waiting(); }),
      keep_turning_(loop, [] {}) {
  wake_up_.watch(Poll::readable);
  prepare_.on();
  check_.on();
}

// Asking costs two system calls; most turns of a busy loop have nothing to do with this socket.
bool LoopSocket::has_something() {
  if (!stirred_) return false;
  int events = 0;
  size_t size = sizeof events;
  // The C call: it cannot throw, and we are below a C frame.
  const auto ask = [&] { return zmq_getsockopt(socket_.handle(), ZMQ_EVENTS, &events, &size); };
  if (undisturbed(ask) != 0) return false;
  stirred_ = (events & ZMQ_POLLIN) != 0;
  return stirred_;
}

void LoopSocket::before_waiting() {
  flush();
  if (has_something()) {
    keep_turning_.on();
  } else {
    keep_turning_.off();
  }
}

void LoopSocket::after_waiting() {
  if (has_something()) on_readable_();
}

bool LoopSocket::receive(std::vector<std::string>& frames, size_t max_frames) {
  stirred_ = true;
  frames.clear();
  was_too_long_ = false;
  sender_.clear();
  user_id_.clear();
  sender_fd_ = -1;
  for (;;) {
    zmq_msg_t frame;
    zmq_msg_init(&frame);
    if (undisturbed([&] { return zmq_msg_recv(&frame, socket_.handle(), ZMQ_DONTWAIT); }) < 0) {
      zmq_msg_close(&frame);
      return false;  // only before the first frame: the others of a message are there with it
    }
    if (frames.size() == max_frames) was_too_long_ = true;
    // The identity that a ROUTER puts before a message may lack it.
    if (sender_fd_ < 0) {
      const char* address = zmq_msg_gets(&frame, "Peer-Address");
      sender_ = address ? address : "";
      const char* user = zmq_msg_gets(&frame, "User-Id");
      user_id_ = user ? user : "";
      sender_fd_ = zmq_msg_get(&frame, ZMQ_SRCFD);
    }
    if (!was_too_long_)
      frames.emplace_back(static_cast<const char*>(zmq_msg_data(&frame)), zmq_msg_size(&frame));
    bool more = zmq_msg_more(&frame) != 0;
    zmq_msg_close(&frame);
    if (!more) break;
  }
  return true;
}

void LoopSocket::post(std::string_view first, std::string_view second,
                      std::shared_ptr<Tally> tally) {
  posted_.emplace_back(first.data(), first.size());
  posted_.push_back(counted_frame(std::string(second), std::move(tally), Tally::of_message));
  posted_bytes_ += second.size();
  if (posted_bytes_ >= worth_waking) flush();
}

void LoopSocket::flush() {
  if (posted_.empty()) return;
  stirred_ = true;
  // All frames of a message are taken, or the first is not.
  const auto sent = [this](zmq::message_t& frame, int flags) {
    return undisturbed([&] { return zmq_msg_send(frame.handle(), socket_.handle(), flags); }) >= 0;
  };
  for (size_t i = 0; i < posted_.size(); i += 2)
    if (sent(posted_[i], ZMQ_SNDMORE | ZMQ_DONTWAIT)) sent(posted_[i + 1], ZMQ_DONTWAIT);
  posted_.clear();
  posted_bytes_ = 0;
}

LoopSocket::Sent LoopSocket::send(std::span<const std::string_view> frames) {
  std::vector<zmq::message_t> made;
  made.reserve(frames.size());
  for (auto& frame : frames) made.emplace_back(frame.data(), frame.size());
  return send(std::move(made));
}

LoopSocket::Sent LoopSocket::send(std::vector<zmq::message_t> frames) {
  stirred_ = true;
  for (size_t i = 0; i < frames.size(); i++) {
    const int flags = ZMQ_DONTWAIT | (i + 1 < frames.size() ? ZMQ_SNDMORE : 0);
    const auto call = [&] { return zmq_msg_send(frames[i].handle(), socket_.handle(), flags); };
    if (undisturbed(call) >= 0) continue;
    // Only the first frame can be refused; it decides for the whole message.
    return zmq_errno() == EHOSTUNREACH ? Sent::unreachable : Sent::full;
  }
  return Sent::sent;
}

}  // namespace muster
