// The doors of tests to the times that the product waits.
#include "base/pace.h"

#include <catch2/catch.hpp>
#include <cstdlib>

using namespace muster;

TEST_CASE("a time is the usual one unless a variable says how many milliseconds it is") {
  constexpr char variable[] = "MUSTER_UNIT_PACE_MS";
  const auto with = [&](const char* text) {
    setenv(variable, text, 1);
    return paced(variable, 2s);
  };
  unsetenv(variable);
  CHECK(paced(variable, 2s) == 2s);
  CHECK(with("250") == 250ms);
  CHECK(with("0") == 0ms);
  for (auto nonsense : {"", "soon", "-1", "10s", "99999999999999999999", "90000000000"})
    CHECK(with(nonsense) == 2s);
  unsetenv(variable);
}
