// A ZeroMQ socket in the event loop. ZMQ_FD is only an edge-triggered wake-up, which any call on
// the socket may use up: so whether there is something to receive is asked after a wake-up and,
// before waiting, after calls of ours. Draining in the poll callback itself would lose messages.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>
#include <zmq.hpp>

#include "base/result.h"
#include "base/uv/loop.h"
#include "base/uv/poll.h"
#include "base/uv/turn.h"
#include "base/zmq/tally.h"

namespace muster {

class LoopSocket {
 public:
  // Takes a socket that is bound or connected. `on_readable` is called in a turn's check phase
  // while there is something to receive; it need not receive all: what is left is told again in the
  // next turn.
  LoopSocket(Loop& loop, zmq::socket_t socket, std::function<void()> on_readable);

  // Puts the frames of the next message into `frames`; false if there is none. The frames beyond
  // `max_frames` are received and thrown away: then `was_too_long()` says so.
  bool receive(std::vector<std::string>& frames, size_t max_frames);
  bool was_too_long() const { return was_too_long_; }
  // The address of who sent the last message received ("localhost:UID:GID:PID" over ipc); empty if
  // libzmq does not know it.
  const std::string& sender() const { return sender_; }
  // The user that the gate has named for its connection; empty where it has named none.
  const std::string& user_id() const { return user_id_; }
  // The descriptor of the connection that it came by; -1 if libzmq does not know it.
  int sender_fd() const { return sender_fd_; }

  enum class Sent : uint8_t {
    sent,
    full,         // the peer's queue is full: it does not read
    unreachable,  // ROUTER: there is no such peer any more
  };
  // Never blocks. All frames or none.
  Sent send(std::span<const std::string_view> frames);
  // The same for frames that are made already, which are used up.
  Sent send(std::vector<zmq::message_t> frames);

  // Sends a message of two frames before the loop waits, or earlier if there is much to send: so
  // that libzmq's own thread is woken once for many. Whether it was sent is not told. Its bytes
  // count in `tally` until libzmq lets go of them.
  void post(std::string_view first, std::string_view second, std::shared_ptr<Tally> tally);
  // Sends what was posted now.
  void flush();

  // The work that is done with it here may use up a wake-up.
  zmq::socket_t& socket() {
    stirred_ = true;
    return socket_;
  }

 private:
  bool has_something();
  void before_waiting();
  void after_waiting();

  zmq::socket_t socket_;
  std::vector<zmq::message_t> posted_;  // first and second frames, in turn
  size_t posted_bytes_ = 0;
  std::string sender_, user_id_;
  int sender_fd_ = -1;
  bool was_too_long_ = false;
  bool stirred_ = true;  // since it was found to have nothing
  std::function<void()> on_readable_;
  Poll wake_up_;
  Prepare prepare_;
  Check check_;
  Idle keep_turning_;
};

}  // namespace muster
