// Buffered writing to a file descriptor that is not owned. A reader that has gone away is no error:
// the output is closed and everything further is dropped. Keeps: what is written as text can do
// nothing to a terminal but end a line, wherever it comes from.
#pragma once

#include <string>
#include <string_view>

namespace muster {

class Output {
 public:
  explicit Output(int fd);

  // Text. On a terminal its control characters are shown, all but the ends of lines.
  void write(std::string_view text);
  // Bytes that may steer a terminal: nothing of unknown origin, unless it has been made safe.
  void write_controls(std::string_view bytes) { buffer_ += bytes; }
  // The same: appending here is the cheap way; `flush_when_full` between whole lines bounds it.
  std::string& buffer() { return buffer_; }
  void flush_when_full() {
    if (buffer_.size() >= full) flush();
  }
  void flush();

  // The reader has gone, or writing has failed (then `error_number` says why).
  bool closed() const { return closed_; }
  int error_number() const { return error_number_; }
  // Asks whether the reader has gone, without writing.
  bool reader_gone() const;
  bool is_terminal() const { return terminal_; }

 private:
  static constexpr size_t full = 64 << 10;
  int fd_;
  bool terminal_;
  std::string buffer_;
  bool closed_ = false;
  int error_number_ = 0;
};

}  // namespace muster
