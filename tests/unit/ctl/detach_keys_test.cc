// Which keys reach a process that we are attached to, and which let go of it.
#include "ctl/detach_keys.h"

#include <catch2/catch.hpp>

namespace muster {
namespace {

TEST_CASE("two keys let go, and nothing behind them goes through") {
  DetachKeys keys;
  CHECK(keys.pass("ls\n\x10\x11rm\n") == "ls\n");
  CHECK(keys.pressed());
}

TEST_CASE("they may come one by one") {
  DetachKeys keys;
  CHECK(keys.pass("\x10").empty());
  CHECK_FALSE(keys.pressed());
  CHECK(keys.pass("\x11").empty());
  CHECK(keys.pressed());
}

TEST_CASE("a Ctrl-P goes through with what follows it") {
  DetachKeys keys;
  CHECK(keys.pass("\x10").empty());
  CHECK(keys.pass("x") == "\x10x");
  CHECK(keys.pass("\x10\x10") == "\x10");
  CHECK(keys.pass("y") == "\x10y");
  CHECK(keys.pass("\x11") == "\x11");
  CHECK_FALSE(keys.pressed());
}

}  // namespace
}  // namespace muster
