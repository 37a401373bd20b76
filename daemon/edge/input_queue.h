// The bytes that clients send to a launch's stdin, or to its terminal: written as they are taken.
// Bytes that do not fit are kept; a queue that is sent far more than it takes is closed, and what
// was not written is dropped: it must not fill our memory.
#pragma once

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
  // `on_written` is called when nothing is left to be written, from add() or from the loop.
  InputQueue(Loop& loop, UniqueFd fd, std::function<void()> on_written);

  // After `eof` nothing more is taken, and it is closed when all is written.
  void add(std::string_view data, bool eof);
  int fd() const { return fd_.get(); }  // -1: it is closed
  size_t bytes() const { return left_.size(); }

 private:
  void write_on();
  void close();

  UniqueFd fd_;
  std::function<void()> on_written_;
  std::string left_;
  bool eof_wanted_ = false;
  std::optional<Poll> room_;
  Idle turn_;  // a Poll must not end in its own callback
};

}  // namespace muster
