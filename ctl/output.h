// Buffered writing to a file descriptor that is not owned. A reader that has gone away is no error:
// the output is closed and everything further is dropped.
#pragma once

#include <string>
#include <string_view>

namespace muster {

class Output {
 public:
  explicit Output(int fd) : fd_(fd) {}

  // Appending here is the cheap way to write; `flush_when_full` between whole lines bounds it.
  std::string& buffer() { return buffer_; }
  void write(std::string_view text) { buffer_ += text; }
  void flush_when_full() {
    if (buffer_.size() >= full) flush();
  }
  void flush();

  // Nobody reads any more, or writing has failed (then `error_number` says why).
  bool closed() const { return closed_; }
  int error_number() const { return error_number_; }
  // Asks whether the reader has gone, without writing.
  bool reader_gone() const;
  bool is_terminal() const;

 private:
  static constexpr size_t full = 64 << 10;
  int fd_;
  std::string buffer_;
  bool closed_ = false;
  int error_number_ = 0;
};

}  // namespace muster
