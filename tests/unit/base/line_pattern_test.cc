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

namespace {

std::string times(size_t n, const std::string& text) {
  std::string all;
  while (n-- > 0) all += text;
  return all;
}

std::string refusal(const std::string& expression) {
  auto pattern = LinePattern::compile(expression);
  return pattern ? "" : pattern.message();
}

bool ends_with(const std::string& text, const std::string& end) { return text.ends_with(end); }

}  // namespace

TEST_CASE("an expression is as long, as deep and as often repeated as it may be, and no more") {
  CHECK(refusal(times(1024, "a")).empty());
  CHECK(ends_with(refusal(times(1025, "a")), ": it is longer than 1024 bytes"));
  CHECK(refusal(times(32, "(") + "a" + times(32, ")")).empty());
  CHECK(ends_with(refusal(times(33, "(") + "a" + times(33, ")")),
                  ": its parentheses are nested more than 32 deep"));
  CHECK(refusal("a{1000}").empty());
  CHECK(refusal("(a{20}){40}x{0,1000}").empty());
  CHECK(refusal("[{()}]{9}\\(\\{20000\\}").empty());
  const std::string often = ": it repeats something more than 1000 times";
  for (auto* expression :
       {"a{1001}", "a{0,1001}", "a{1000,}", "(a{40}){40}", "((a{10}){10}){11}", "a{40}{40}",
        "(((((((((((a+)+)+)+)+)+)+)+)+)+)+)", "a{99999999999999999999}", "[[:alpha:])]{1001}"}) {
    INFO(expression);
    CHECK(ends_with(refusal(expression), often));
  }
  CHECK(ends_with(refusal(times(100, "a{21}")),
                  ": with its repetitions written out it is longer than 2048 characters"));
}

TEST_CASE("a refusal does not repeat a text without end") {
  CHECK(refusal(times(1 << 20, "(")).size() < 200);
}
