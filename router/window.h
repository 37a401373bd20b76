// Windows: shared memory through which the bytes of every stream enter, so that a reader may be
// killed at any instant without losing or doubling one. Keeps: byte number base + (offset in the
// window) of the stream lies at that offset, up to `end`, whenever no reader is at work; recover()
// makes it so again after a kill. The journal knows who has journaled bytes that are not known
// here.
#pragma once

#include <sys/types.h>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "proto/limits.h"
#include "proto/record.h"

namespace muster {

// The part of a slot that lies in shared memory. `end` is written by the kernel, inside splice(2).
struct WindowControl {
  loff_t end;            // file offset up to which the window is filled
  uint64_t base;         // number of the stream's byte at the start of the window
  uint64_t move_base;    // base after the move that is under way; equal to base when none is
  uint64_t move_length;  // bytes that the move keeps
  uint64_t launch;
  uint32_t stream;  // of type Stream
  uint32_t in_use;
  char process[80];
  uint64_t fatal_byte;    // of the stream, on which supervisors died (poison.h)
  uint32_t fatal_deaths;  // how many of them in a row
  char room[116];
};
static_assert(sizeof(WindowControl) == 256);

// A stream's window, as its reader sees it: [taken | unread | room]. A plain view, to be copied at
// will, but only one copy may be worked with.
class Window {
 public:
  Window(WindowControl& control, char* data, loff_t start)
      : control_(&control), data_(data), start_(start) {}

  std::string_view unread() const { return {data_ + taken_, filled() - taken_}; }
  // The bytes in it, taken or not.
  std::string_view contents() const { return {data_, filled()}; }
  // Bytes of the stream before the unread ones.
  uint64_t position() const { return control_->base + taken_; }
  size_t room() const { return limits::window - filled(); }

  // Moves up to `room()` and `max` bytes in. At the pipe's end or on EAGAIN it moves none.
  enum class Filled : uint8_t { some, empty, end, failed };
  Filled fill(int windows_fd, int pipe, size_t max);

  // The first `bytes` unread ones are safe elsewhere and not needed here any more.
  void take(size_t bytes) { taken_ += bytes; }
  // Makes room at the end by moving the unread bytes to the front, unless they would overlap
  // themselves; then at least half of the window is free, as no unread piece is longer than a
  // quarter.
  void tidy();

  // After a kill: finishes or forgets a move. Then says what is safe already: up to this byte of
  // the stream, which goes on there even if less of it has been in the window.
  void recover();
  void take_up_to(uint64_t position);

  // tidy() as single steps, each of which may be the last.
  enum class Step : uint8_t { copy, note_length, note_base, set_end, set_base };
  void perform(Step step);

  // Empty, for a stream of which `base` bytes came before.
  void clear(uint64_t base = 0);
  loff_t start() const { return start_; }
  WindowControl& control() { return *control_; }
  const WindowControl& control() const { return *control_; }

 private:
  size_t filled() const { return static_cast<size_t>(control_->end - start_); }

  WindowControl* control_;
  char* data_;
  loff_t start_;
  size_t taken_ = 0;
};

// All windows of a daemon, in one sparse file that outlives it.
class Windows {
 public:
  // Opens or creates the file at `path`; one that was made by another layout starts empty. Where
  // `path` is not on a tmpfs, or on one without room for a window, an anonymous memory file stands
  // in for it: it is as fast, but does not outlive a daemon whose keeper dies too.
  static Result<Windows> open(const std::string& path);
  static Result<Windows> anonymous();
  // A file that another Windows had, of a daemon that died; it was at `path`, if that is a place
  // for one.
  static Result<Windows> adopt(UniqueFd file, const std::string& path = {});
  Windows(Windows&& other) noexcept;
  Windows& operator=(Windows&&) = delete;
  ~Windows();

  // A free slot, empty, marked as in use, for a stream of which `base` bytes came before. Fails
  // when all are taken.
  Result<uint32_t> claim(std::string_view process, uint64_t launch, Stream stream,
                         uint64_t base = 0);
  void release(uint32_t slot);
  // Slots that are marked as in use, such as a killed daemon leaves them.
  std::vector<uint32_t> in_use() const;
  Window& at(uint32_t slot) { return windows_[slot]; }
  int fd() const { return file_.get(); }
  // The path where there was no room, so that a memory file stands in; else empty.
  const std::string& full() const { return full_; }
  // Whether the file was found to be none of ours, or damaged, so that nothing of it could be used.
  bool was_lost() const { return lost_; }

  // Once a second: where the path does not lead to the file any more, all of it moves to another
  // one, which is put there; the descriptor stays the same. True if that was so.
  Result<bool> look();
  // The stream that a slot belongs to.
  static std::string process_of(const WindowControl& control);

 private:
  explicit Windows(UniqueFd file) : file_(std::move(file)) {}
  Result<> map_chunk();
  Result<> copy_into(int file) const;
  void move_to(int file);

  UniqueFd file_;
  std::string path_;  // where the file is to be; empty where it need not be anywhere
  std::string full_;
  bool lost_ = false;
  std::vector<char*> chunks_;
  std::vector<Window> windows_;  // by slot
  std::vector<uint32_t> free_;   // lowest last
};

}  // namespace muster
