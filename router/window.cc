// Whole chunks are mapped, and stay where they are as the file grows, or moves.
#include "router/window.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <functional>

#include "base/check.h"
#include "base/killpoint.h"
#include "base/whole_file.h"
#include "router/window_layout.h"

namespace muster {
namespace {

using namespace window_layout;

// A kill falls between instructions, so it is enough that the compiler keeps their order.
void ordered() { std::atomic_signal_fence(std::memory_order_seq_cst); }

Result<UniqueFd> memory_file() {
  UniqueFd file(::memfd_create("muster-windows", MFD_CLOEXEC));
  if (!file) return fail_errno(errno, "cannot create a memory file for windows");
  return file;
}

size_t size_of(int file) {
  struct stat st {};
  return ::fstat(file, &st) < 0 ? 0 : size_t(st.st_size);
}

// Whether the file system gives a file all its pages up to `end`: a page that is only promised is a
// SIGBUS when it is touched on a full one.
bool allocate(int file, loff_t begin, loff_t end) {
  while (::fallocate(file, FALLOC_FL_KEEP_SIZE, begin, end - begin) < 0)
    if (errno != EINTR) return false;
  return true;
}

bool is_on_tmpfs(int file) {
  struct statfs fs {};
  return ::fstatfs(file, &fs) == 0 && fs.f_type == TMPFS_MAGIC;
}

// Whether a file there would outlive a daemon and its keeper, and is as fast as memory.
bool is_place_for_one(const std::string& path) {
  struct statfs fs {};
  const std::string directory = path.substr(0, path.rfind('/'));
  return !path.empty() && ::statfs(directory.c_str(), &fs) == 0 && fs.f_type == TMPFS_MAGIC;
}

bool is_ours(const WindowControl& control) {
  bool stream = control.stream == uint32_t(Stream::out) || control.stream == uint32_t(Stream::err);
  size_t length = ::strnlen(control.process, sizeof control.process);
  return stream && control.launch > 0 && length > 0 && length < sizeof control.process;
}

}  // namespace

bool window_layout::has_room(int file) {
  if (size_of(file) > header_bytes) return true;
  constexpr loff_t data = header_bytes + chunk_control, end = data + limits::window;
  bool has = allocate(file, 0, end);
  ::fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, data, end - data);
  return has;
}

Window::Filled Window::fill(int windows_fd, int pipe, size_t max) {
  size_t size = std::min(room(), max);
  CHECK(size > 0, "asking for nothing looks like the end of the pipe");
  for (;;) {
    ssize_t n = ::splice(pipe, nullptr, windows_fd, &control_->end, size, SPLICE_F_NONBLOCK);
    if (n > 0) killpoint(Killpoint::window_filled);
    if (n > 0) return Filled::some;
    if (n == 0) return Filled::end;
    if (errno == EAGAIN) return Filled::empty;
    if (errno != EINTR) return Filled::failed;
  }
}

void Window::tidy() {
  if (taken_ == 0 || filled() - taken_ > taken_) return;
  for (Step step :
       {Step::copy, Step::note_length, Step::note_base, Step::set_end, Step::set_base}) {
    perform(step);
    ordered();
  }
  taken_ = 0;
}

// The length is noted before the base, so that a noted base always has its own length beside it.
void Window::perform(Step step) {
  switch (step) {
    case Step::copy:
      std::memcpy(data_, data_ + taken_, filled() - taken_);
      break;
    case Step::note_length:
      control_->move_length = filled() - taken_;
      break;
    case Step::note_base:
      control_->move_base = control_->base + taken_;
      break;
    case Step::set_end:
      control_->end = start_ + loff_t(control_->move_length);
      break;
    case Step::set_base:
      control_->base = control_->move_base;
      break;
  }
}

// A move shortens what is filled, so the end tells whether it had been set.
void Window::recover() {
  if (control_->end < start_ || filled() > limits::window) clear();  // not written by us
  bool moved = control_->move_base != control_->base && filled() == control_->move_length;
  if (moved) perform(Step::set_base);
  control_->move_base = control_->base;
  taken_ = 0;
}

void Window::take_up_to(uint64_t position) {
  uint64_t first = control_->base;
  if (position > first + filled()) return clear(position);
  taken_ = position <= first ? 0 : position - first;
}

void Window::clear(uint64_t base) {
  control_->end = start_;
  control_->base = control_->move_base = base;
  control_->move_length = 0;
  taken_ = 0;
}

Result<Windows> Windows::open(const std::string& path) {
  struct stat found {};
  const bool was_there = ::lstat(path.c_str(), &found) == 0;
  if (was_there && !S_ISREG(found.st_mode))
    if (auto aside = put_aside(path); !aside) return tl::unexpected(aside.error());
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return fail_errno(errno, "cannot open {}", path);
  bool on_tmpfs = is_on_tmpfs(file.get());
  if (on_tmpfs && has_room(file.get())) {
    auto windows = adopt(std::move(file), path);
    if (windows && was_there && !S_ISREG(found.st_mode)) windows->lost_ = true;
    return windows;
  }
  ::unlink(path.c_str());
  auto windows = anonymous();
  if (windows && on_tmpfs) windows->full_ = path;
  if (windows && on_tmpfs) windows->path_ = path;
  return windows;
}

Result<Windows> Windows::anonymous() {
  auto file = memory_file();
  return file ? adopt(std::move(*file)) : tl::unexpected(file.error());
}

Result<Windows> Windows::adopt(UniqueFd file, const std::string& path) {
  Windows windows(std::move(file));
  windows.path_ = is_place_for_one(path) ? path : "";
  FileHeader expected, found{};
  int fd = windows.fd();
  const bool is_new = size_of(fd) == 0;
  bool known = size_of(fd) >= header_bytes &&
               ::pread(fd, &found, sizeof found, 0) == sizeof found &&
               std::memcmp(&found, &expected, sizeof found) == 0;
  if (!known && (::ftruncate(fd, 0) < 0 || ::ftruncate(fd, header_bytes) < 0 ||
                 ::pwrite(fd, &expected, sizeof expected, 0) != sizeof expected))
    return fail_errno(errno, "cannot write the windows");
  windows.lost_ = !known && !is_new;
  for (size_t chunks = (size_of(fd) - header_bytes) / chunk_bytes; chunks > 0; chunks--)
    if (auto mapped = windows.map_chunk(); !mapped) return tl::unexpected(mapped.error());
  for (uint32_t slot : windows.in_use()) {
    if (is_ours(windows.at(slot).control()))
      windows.at(slot).recover();
    else
      windows.release(slot);
  }
  return windows;
}

Windows::Windows(Windows&& other) noexcept
    : file_(std::move(other.file_)),
      path_(std::move(other.path_)),
      full_(std::move(other.full_)),
      lost_(other.lost_),
      chunks_(std::exchange(other.chunks_, {})),
      windows_(std::move(other.windows_)),
      free_(std::move(other.free_)) {}

Windows::~Windows() {
  for (char* chunk : chunks_) ::munmap(chunk, chunk_bytes);
}

Result<> Windows::map_chunk() {
  loff_t offset = loff_t(header_bytes + chunks_.size() * chunk_bytes);
  if (size_of(fd()) < size_t(offset) + chunk_bytes && ::ftruncate(fd(), offset + chunk_bytes) < 0)
    return fail_errno(errno, "cannot enlarge the windows");
  if (!allocate(fd(), offset, offset + loff_t(chunk_control)))
    return fail_errno(errno, "no room for more windows");
  void* at = ::mmap(nullptr, chunk_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd(), offset);
  if (at == MAP_FAILED) return fail_errno(errno, "cannot map the windows");
  char* chunk = static_cast<char*>(at);
  auto* controls = reinterpret_cast<WindowControl*>(chunk);
  uint32_t first_slot = uint32_t(windows_.size());
  for (uint32_t i = 0; i < chunk_slots; i++) {
    size_t data = chunk_control + i * limits::window;
    windows_.emplace_back(controls[i], chunk + data, offset + loff_t(data));
    if (!controls[i].in_use) free_.push_back(first_slot + i);
  }
  std::sort(free_.begin(), free_.end(), std::greater<>());
  chunks_.push_back(chunk);
  return {};
}

Result<uint32_t> Windows::claim(std::string_view process, uint64_t launch, Stream stream,
                                uint64_t base) {
  if (free_.empty()) {
    if (windows_.size() >= max_slots) return fail("all {} windows are in use", windows_.size());
    if (auto mapped = map_chunk(); !mapped) return tl::unexpected(mapped.error());
  }
  uint32_t slot = free_.back();
  free_.pop_back();
  Window& window = windows_[slot];
  WindowControl& control = window.control();
  CHECK(process.size() < sizeof control.process, "process name '{}'", process);
  window.clear(base);
  control.launch = launch;
  control.stream = uint32_t(stream);
  control.fatal_byte = control.fatal_deaths = 0;
  std::memset(control.process, 0, sizeof control.process);
  std::memcpy(control.process, process.data(), process.size());
  ordered();
  control.in_use = 1;
  return slot;
}

void Windows::release(uint32_t slot) {
  Window& window = windows_[slot];
  CHECK(window.control().in_use, "slot {}", slot);
  window.control().in_use = 0;
  // The pages that the stream had touched are memory; a window that is used again touches them
  // anew.
  ::fallocate(fd(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, window.start(), limits::window);
  free_.push_back(slot);
}

std::vector<uint32_t> Windows::in_use() const {
  std::vector<uint32_t> slots;
  for (uint32_t slot = 0; slot < windows_.size(); slot++)
    if (windows_[slot].control().in_use) slots.push_back(slot);
  return slots;
}

std::string Windows::process_of(const WindowControl& control) {
  return std::string(control.process, ::strnlen(control.process, sizeof control.process));
}

}  // namespace muster
