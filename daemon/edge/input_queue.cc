// See input_queue.h.
#include "daemon/edge/input_queue.h"

#include <unistd.h>
#include <cerrno>
#include <utility>

namespace muster {
namespace {

// Twice what a client is granted.
constexpr size_t limit = 2 << 20;

}  // namespace

InputQueue::InputQueue(Loop& loop, UniqueFd fd, std::function<void()> on_written)
    : fd_(std::move(fd)), on_written_(std::move(on_written)), turn_(loop, [this] {
        turn_.off();
        write_on();
      }) {
  room_.emplace(loop, fd_.get(), [this] { turn_.on(); });
}

void InputQueue::add(std::string_view data, bool eof) {
  if (!fd_) return;
  if (!eof_wanted_) left_ += data;
  eof_wanted_ |= eof;
  if (left_.size() > limit) return close();
  write_on();
}

void InputQueue::write_on() {
  size_t written = 0;
  while (fd_ && written < left_.size()) {
    const ssize_t n = write(fd_.get(), left_.data() + written, left_.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    if (n < 0) return close();  // it is read no more
    written += static_cast<size_t>(n);
  }
  left_.erase(0, written);
  if (left_.empty() && eof_wanted_) return close();
  if (room_) room_->watch(left_.empty() ? Poll::nothing : Poll::writable);
  if (left_.empty()) on_written_();
}

void InputQueue::close() {
  room_.reset();
  fd_.reset();
  left_.clear();
}

}  // namespace muster
