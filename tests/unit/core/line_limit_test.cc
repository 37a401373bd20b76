// A launch that prints more than it may, and one that does not.
#include "daemon/core/line_limit.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace muster;

namespace {

constexpr size_t line_bytes = 100;

// Somebody whose pipe never runs empty, read whenever that is allowed.
struct Flood {
  explicit Flood(uint32_t rate) : limit(rate, now) {}

  uint64_t print_for(Nanos time) {
    uint64_t lines = 0;
    for (const MonoTime end = now + time; now < end;) {
      const size_t bytes = limit.allow(now);
      if (bytes == 0) {
        REQUIRE(limit.due() > now);
        now = limit.due();
        continue;
      }
      const uint64_t taken = std::max<size_t>(1, bytes / line_bytes);
      limit.took(taken, taken * line_bytes);
      lines += taken;
    }
    return lines;
  }

  MonoTime now{1000s};
  LineLimit limit;
};

}  // namespace

TEST_CASE("a flood gets a second's worth at once and then its rate") {
  const uint64_t rate = GENERATE(1u, 7u, 1000u, 1'000'000u);
  Flood flood{uint32_t(rate)};
  const uint64_t lines = flood.print_for(20s);
  CHECK(lines >= 20 * rate);
  CHECK(lines <= 21 * rate + 1 + rate / 50);
}

TEST_CASE("who prints less than he may is never held back") {
  MonoTime now{1000s};
  LineLimit limit(1000, now);
  for (int i = 0; i < 1000; i++) {
    CHECK(limit.allow(now) >= line_bytes / 100);
    limit.took(1, line_bytes);
    now += 2ms;
  }
  CHECK_FALSE(limit.take_held_back(now, true));
}

TEST_CASE("what one reading brings too many is paid back") {
  MonoTime now{1000s};
  LineLimit limit(100, now);
  limit.took(500, 500);
  CHECK(limit.allow(now) == 0);
  CHECK(limit.due() == now + 4s + 10ms);
  CHECK(limit.allow(now + 4s + 10ms) > 0);
}

TEST_CASE("how long it was held back is told every ten seconds, and at the end") {
  Flood flood(1000);
  flood.print_for(9s);
  CHECK_FALSE(flood.limit.take_held_back(flood.now));
  flood.print_for(3s);
  const auto told = flood.limit.take_held_back(flood.now);
  REQUIRE(told);
  CHECK(*told > 10s);
  CHECK(*told < 12s);
  flood.print_for(5s);
  CHECK_FALSE(flood.limit.take_held_back(flood.now));
  const auto rest = flood.limit.take_held_back(flood.now, true);
  REQUIRE(rest);
  CHECK(*rest > 4s);
  CHECK_FALSE(flood.limit.take_held_back(flood.now, true));
}

TEST_CASE("a launch that is to end is read without a limit") {
  MonoTime now{1000s};
  LineLimit limit(10, now);
  limit.took(1000, 1000);
  CHECK(limit.allow(now) == 0);
  limit.lift(now + 1s);
  CHECK(limit.allow(now + 1s) == SIZE_MAX);
  CHECK(limit.take_held_back(now + 1s, true) == 1s);
}
