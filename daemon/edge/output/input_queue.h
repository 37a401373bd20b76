// The bytes that clients send to a launch's stdin, or to its terminal: written as they are taken,
// and each message told when all of it is, so that a client knows what it has to send again where a
// daemon was killed. Bytes that do not fit are kept; a queue that is sent far more than it takes is
// closed, and what was not written is dropped: it must not fill our memory.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "base/uv/poll.h"
#include "base/uv/turn.h"

namespace muster {

class InputQueue {
 public:
  // `on_written` is called when so many more messages are written, `on_closed` when nothing can be
  // any more, from add() or from the loop. Without an `fd` nothing can be from the beginning.
  InputQueue(
      Loop& loop, UniqueFd fd, std::function<void(uint32_t)> on_written,
      std::function<void()> on_closed = [] {});

  // After `eof` nothing more is taken, and it is closed when all is written.
  void add(std::string_view data, bool eof);
  int fd() const { return fd_.get(); }  // -1: it is closed
  size_t bytes() const { return bytes_; }

 private:
  void write_on();
  void close();

  UniqueFd fd_;
  std::function<void(uint32_t)> on_written_;
  std::function<void()> on_closed_;
  std::deque<std::string> left_;
  size_t begun_ = 0;  // bytes of the first that are written
  size_t bytes_ = 0;  // that are not
  bool eof_wanted_ = false;
  std::optional<Poll> room_;
  Idle turn_;  // a Poll must not end in its own callback
};

}  // namespace muster
