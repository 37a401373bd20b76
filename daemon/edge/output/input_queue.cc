// See input_queue.h.
#include "daemon/edge/output/input_queue.h"

#include <unistd.h>
#include <cerrno>
#include <utility>

namespace muster {
namespace {

// Twice what a client is granted.
constexpr size_t limit = 2 << 20;

}  // namespace

InputQueue::InputQueue(Loop& loop, UniqueFd fd, std::function<void(uint32_t)> on_written,
                       std::function<void()> on_closed)
    : fd_(std::move(fd)),
      on_written_(std::move(on_written)),
      on_closed_(std::move(on_closed)),
      turn_(loop, [this] {
        turn_.off();
        write_on();
      }) {
  if (fd_) room_.emplace(loop, fd_.get(), [this] { turn_.on(); });
}

void InputQueue::add(std::string_view data, bool eof) {
  if (!fd_) return;
  if (!eof_wanted_) {
    left_.emplace_back(data);
    bytes_ += data.size();
  }
  eof_wanted_ |= eof;
  if (bytes_ + left_.size() * sizeof(std::string) > limit) return close();
  write_on();
}

// A message of up to PIPE_BUF bytes goes into a pipe whole or not at all.
void InputQueue::write_on() {
  uint32_t written = 0;
  while (fd_ && !left_.empty()) {
    const std::string_view rest = std::string_view(left_.front()).substr(begun_);
    const ssize_t n = rest.empty() ? 0 : write(fd_.get(), rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) break;
    if (n < 0) return close();  // it is read no more
    begun_ += static_cast<size_t>(n);
    bytes_ -= static_cast<size_t>(n);
    if (begun_ < left_.front().size()) continue;
    left_.pop_front();
    begun_ = 0;
    ++written;
  }
  if (left_.empty() && eof_wanted_) return close();
  if (room_) room_->watch(left_.empty() ? Poll::nothing : Poll::writable);
  if (written > 0) on_written_(written);
}

void InputQueue::close() {
  room_.reset();
  fd_.reset();
  left_.clear();
  bytes_ = 0;
  on_closed_();
}

}  // namespace muster
