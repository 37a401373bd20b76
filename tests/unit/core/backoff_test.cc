// How long crashes in a row wait.
#include "daemon/core/backoff.h"

#include <catch2/catch.hpp>

using namespace muster;

TEST_CASE("the first crash is forgiven, the others double up to the cap") {
  CHECK(backoff_delay(1, 10s, 10min) == 0s);
  CHECK(backoff_delay(2, 10s, 10min) == 10s);
  CHECK(backoff_delay(3, 10s, 10min) == 20s);
  CHECK(backoff_delay(7, 10s, 10min) == 320s);
  CHECK(backoff_delay(8, 10s, 10min) == 10min);
  CHECK(backoff_delay(4'000'000'000, 10s, 10min) == 10min);
  CHECK(backoff_delay(2, 10s, 5s) == 5s);
  CHECK(backoff_delay(1000, 0s, 10min) == 0s);
}
