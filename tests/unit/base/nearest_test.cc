// The word that was meant.
#include "base/nearest.h"

#include <catch2/catch.hpp>

using namespace muster;

TEST_CASE("the word with the fewest slips is meant, if they are few enough") {
  CHECK(nearest("grcae", {"grace", "space"}) == "grace");
  CHECK(nearest("grace", {"grade", "grace"}) == "grace");
  CHECK(nearest("ab", {"xy"}) == std::nullopt);
  CHECK(nearest("elephant", {"nice"}) == std::nullopt);
  CHECK(nearest("x", {}) == std::nullopt);
}
