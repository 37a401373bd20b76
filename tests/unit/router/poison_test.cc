// How often somebody died of the same byte, and when that is enough.
#include "router/poison.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/support/temp_dir.h"

#include <catch2/catch.hpp>

namespace muster {
namespace {

struct PoisonedWindow {
  WindowControl control{};
  char data[16] = "poison";
  Window window{control, data, 0};
  PoisonedWindow() { control.end = 6; }

  void die_at(uint64_t position, int times) {
    for (int i = 0; i < times; i++) {
      const Suspicion suspicion(control, position);
      note_fatal_error();
    }
  }
};

TEST_CASE("three who died of the next byte are enough") {
  PoisonedWindow stream;
  stream.die_at(0, 2);
  CHECK_FALSE(is_poison(stream.window));
  stream.die_at(0, 1);
  CHECK(is_poison(stream.window));
  CHECK_FALSE(was_set_aside(stream.window, 0));
  stream.window.take(6);
  CHECK_FALSE(is_poison(stream.window));
  CHECK(was_set_aside(stream.window, 0));
  CHECK_FALSE(was_set_aside(stream.window, 3));
}

TEST_CASE("who died elsewhere in the stream is counted anew") {
  PoisonedWindow stream;
  stream.die_at(4, 2);
  stream.die_at(0, 2);
  CHECK_FALSE(is_poison(stream.window));
  stream.die_at(0, 1);
  CHECK(is_poison(stream.window));
}

TEST_CASE("who dies when nothing is under suspicion accuses nobody") {
  PoisonedWindow stream;
  for (int i = 0; i < 5; i++) note_fatal_error();
  CHECK_FALSE(is_poison(stream.window));
}

TEST_CASE("poison is kept as it is, in a file of its own") {
  TempDir dir;
  const std::string bytes("a\0b\n", 4);
  const auto path = keep_poison(dir.path() + "/poison", "web.1-7-out-0", bytes);
  REQUIRE(path);
  CHECK(*path == dir.path() + "/poison/web.1-7-out-0");
  std::ifstream file(*path);
  CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == bytes);
}

}  // namespace
}  // namespace muster
