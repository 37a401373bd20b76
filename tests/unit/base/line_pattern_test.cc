// Expressions for lines of any bytes.
#include "base/line_pattern.h"

#include <catch2/catch.hpp>

using namespace muster;

TEST_CASE("no pattern matches everything") {
  auto pattern = LinePattern::compile({});
  REQUIRE(pattern);
  CHECK(pattern->matches(""));
  CHECK(pattern->matches("anything"));
}

TEST_CASE("a pattern looks behind a NUL and not beyond the line") {
  auto pattern = LinePattern::compile("b+c$");
  REQUIRE(pattern);
  CHECK(pattern->matches(std::string_view("a\0bbc", 5)));
  CHECK(pattern->matches(std::string_view("bc and more", 2)));
  CHECK_FALSE(pattern->matches("bc and more"));
}

TEST_CASE("what is no pattern is refused with the reason") {
  auto pattern = LinePattern::compile("(");
  REQUIRE_FALSE(pattern);
  CHECK(pattern.message().find("'(' is not a regular expression: ") == 0);
}
