// Windows as a stream goes through them, and what a kill at any point of a move leaves. These need
// real memory files and pipes: splice is what they are about.
#include "router/window.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <cstring>

namespace muster {
namespace {

struct Pipe {
  Pipe() {
    int fds[2];
    REQUIRE(::pipe2(fds, O_CLOEXEC | O_NONBLOCK) == 0);
    read.reset(fds[0]);
    write.reset(fds[1]);
  }
  void put(std::string_view bytes) {
    REQUIRE(::write(write.get(), bytes.data(), bytes.size()) == ssize_t(bytes.size()));
  }
  UniqueFd read, write;
};

Windows anonymous() {
  auto windows = Windows::anonymous();
  REQUIRE(windows);
  return std::move(*windows);
}

TEST_CASE("bytes of a pipe appear in the window, in order") {
  Windows windows = anonymous();
  Window& window = windows.at(*windows.claim("web.1", 1, Stream::out));
  Pipe pipe;
  CHECK(window.fill(windows.fd(), pipe.read.get(), 100) == Window::Filled::empty);
  pipe.put("hello ");
  CHECK(window.fill(windows.fd(), pipe.read.get(), 100) == Window::Filled::some);
  pipe.put("world");
  CHECK(window.fill(windows.fd(), pipe.read.get(), 100) == Window::Filled::some);
  CHECK(window.unread() == "hello world");
  CHECK(window.position() == 0);
  pipe.write.reset();
  CHECK(window.fill(windows.fd(), pipe.read.get(), 100) == Window::Filled::end);
}

TEST_CASE("no more than was asked for is taken from the pipe") {
  Windows windows = anonymous();
  Window& window = windows.at(*windows.claim("web.1", 1, Stream::out));
  Pipe pipe;
  pipe.put("0123456789");
  window.fill(windows.fd(), pipe.read.get(), 4);
  CHECK(window.unread() == "0123");
}

TEST_CASE("what remains moves to the front and keeps its number") {
  Windows windows = anonymous();
  Window& window = windows.at(*windows.claim("web.1", 1, Stream::out));
  Pipe pipe;
  pipe.put("one line\nhalf");
  window.fill(windows.fd(), pipe.read.get(), 100);
  window.take(9);
  CHECK(window.position() == 9);
  window.tidy();
  CHECK(window.unread() == "half");
  CHECK(window.position() == 9);
  CHECK(window.room() == limits::window - 4);
}

TEST_CASE("what would overlap itself stays where it is, and there is room all the same") {
  Windows windows = anonymous();
  Window& window = windows.at(*windows.claim("web.1", 1, Stream::out));
  Pipe pipe;
  pipe.put("a\nlonger than that");
  window.fill(windows.fd(), pipe.read.get(), 100);
  window.take(2);
  window.tidy();
  CHECK(window.unread() == "longer than that");
  CHECK(window.room() == limits::window - 18);
}

TEST_CASE("a gigabyte of stream fits through a window") {
  Windows windows = anonymous();
  Window& window = windows.at(*windows.claim("web.1", 1, Stream::out));
  Pipe pipe;
  std::string chunk(60'000, 'x');
  uint64_t taken = 0;
  for (int i = 0; i < 1'000'000'000 / 60'000; i++) {
    pipe.put(chunk);
    REQUIRE(window.fill(windows.fd(), pipe.read.get(), 1 << 20) == Window::Filled::some);
    size_t keep = size_t(i) % limits::line_piece;
    size_t take = window.unread().size() > keep ? window.unread().size() - keep : 0;
    window.take(take);
    taken += take;
    window.tidy();
    REQUIRE(window.position() == taken);
    REQUIRE(window.room() >= limits::window / 2);
  }
}

// A window in plain memory, to be looked at as a next daemon would find it.
struct Remains {
  WindowControl control{};
  std::string data = std::string(limits::window, '\0');
  static constexpr loff_t start = 4096;

  explicit Remains(std::string_view bytes, uint64_t base = 0) {
    std::memcpy(data.data(), bytes.data(), bytes.size());
    control.base = control.move_base = base;
    control.end = start + loff_t(bytes.size());
  }
  Window window() { return Window(control, data.data(), start); }
};

constexpr Window::Step steps[] = {Window::Step::copy, Window::Step::note_length,
                                  Window::Step::note_base, Window::Step::set_end,
                                  Window::Step::set_base};

TEST_CASE("a kill after any step of a move leaves every unread byte and its number") {
  for (size_t done = 0; done <= std::size(steps); done++) {
    Remains remains("journaled and done\nthe rest", 1000);
    Window before = remains.window();
    before.take(19);
    for (size_t i = 0; i < done; i++) before.perform(steps[i]);

    Window after = remains.window();
    after.recover();
    after.take_up_to(1019);
    INFO("killed after step " << done);
    CHECK(after.unread() == "the rest");
    CHECK(after.position() == 1019);
    after.tidy();
    CHECK(after.unread() == "the rest");
    CHECK(after.position() == 1019);
  }
}

// The length of the last move is still noted when everything is taken, and so is the end equal to
// it, although no move is under way.
TEST_CASE("a second move is not taken for the first, whichever step the kill follows") {
  for (size_t done = 0; done <= std::size(steps); done++) {
    Remains remains("line\nrest", 7);
    Window first = remains.window();
    first.take(5);
    first.tidy();
    REQUIRE(remains.control.move_length == 4);
    first.take(4);
    for (size_t i = 0; i < done; i++) first.perform(steps[i]);

    Window after = remains.window();
    after.recover();
    after.take_up_to(16);
    INFO("killed after step " << done);
    CHECK(after.unread().empty());
    CHECK(after.position() == 16);
  }
}

TEST_CASE("a kill in the middle of the copy damages only what is journaled already") {
  for (size_t copied = 0; copied <= 8; copied++) {
    Remains remains("journaled and done\nthe rest", 0);
    std::memcpy(remains.data.data(), "the rest", copied);
    Window after = remains.window();
    after.recover();
    after.take_up_to(19);
    CHECK(after.unread() == "the rest");
  }
}

TEST_CASE("a control block that makes no sense is an empty window") {
  for (loff_t end : {loff_t(0), Remains::start - 1, Remains::start + loff_t(limits::window) + 1}) {
    Remains remains("0123456789", 100);
    remains.control.end = end;
    Window window = remains.window();
    window.recover();
    CHECK(window.unread().empty());
    CHECK(window.position() == 0);
  }
}

TEST_CASE("what the journal has beyond or before the window is taken as far as it goes") {
  Remains remains("0123456789", 100);
  Window window = remains.window();
  window.take_up_to(50);
  CHECK(window.unread() == "0123456789");
  window.take_up_to(500);
  CHECK(window.unread().empty());
}

TEST_CASE("slots are given out lowest first and used again when they are free") {
  Windows windows = anonymous();
  CHECK(*windows.claim("a.1", 1, Stream::out) == 0);
  CHECK(*windows.claim("a.1", 1, Stream::err) == 1);
  CHECK(windows.in_use() == std::vector<uint32_t>{0, 1});
  windows.release(0);
  CHECK(windows.in_use() == std::vector<uint32_t>{1});
  CHECK(*windows.claim("b.1", 2, Stream::out) == 0);
  CHECK(windows.at(0).position() == 0);
  CHECK(Windows::process_of(windows.at(0).control()) == "b.1");
}

TEST_CASE("there are windows for two streams of every process, and then there are no more") {
  Windows windows = anonymous();
  uint32_t claimed = 0;
  while (windows.claim("web.1", 1, Stream::out)) claimed++;
  CHECK(claimed >= 2 * (limits::processes + limits::one_offs));
  CHECK_FALSE(windows.claim("web.1", 1, Stream::out));
}

TEST_CASE("a next daemon finds the streams of the one before in the file") {
  std::string path = "/dev/shm/muster-window-test-" + std::to_string(::getpid());
  {
    auto windows = Windows::open(path);
    REQUIRE(windows);
    auto slot = windows->claim("worker.7", 42, Stream::err);
    Pipe pipe;
    pipe.put("unread");
    windows->at(*slot).fill(windows->fd(), pipe.read.get(), 100);
  }
  auto windows = Windows::open(path);
  ::unlink(path.c_str());
  REQUIRE(windows);
  REQUIRE(windows->in_use() == std::vector<uint32_t>{0});
  CHECK(windows->at(0).unread() == "unread");
  CHECK(windows->at(0).control().launch == 42);
  CHECK(Stream(windows->at(0).control().stream) == Stream::err);
  CHECK(Windows::process_of(windows->at(0).control()) == "worker.7");
}

}  // namespace
}  // namespace muster
