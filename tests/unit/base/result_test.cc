// How errors are worded: outermost first.
#include "base/result.h"

#include <catch2/catch.hpp>
#include <cerrno>

using namespace muster;

TEST_CASE("an error reads outermost first, whoever had a part in it") {
  const Result<int> inner = fail_errno(ENOENT, "open {}", "/srv/web");
  REQUIRE_FALSE(inner);
  CHECK(inner.message() == "open /srv/web: No such file or directory");
  const Result<> outer = within(inner.error(), "process type '{}', try {:02}", "web", 3);
  CHECK(outer.message() == "process type 'web', try 03: open /srv/web: No such file or directory");
  const std::string text = "{} is no place";
  CHECK(Result<>(fail("{}", text)).message() == text);
}
