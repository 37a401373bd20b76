// When there are colours, and which.
#include "base/colour.h"

#include <catch2/catch.hpp>
#include <set>

using namespace muster;

namespace {

bool coloured(bool is_terminal, std::map<std::string, std::string> environment,
              ColourWish wish = ColourWish::automatic) {
  return wants_colours(wish, is_terminal, [&](const std::string& name) {
    auto found = environment.find(name);
    return found == environment.end() ? std::nullopt : std::optional(found->second);
  });
}

}  // namespace

TEST_CASE("without a wish a terminal has colours and a pipe has none") {
  CHECK(coloured(true, {{"TERM", "xterm"}}));
  CHECK(coloured(true, {}));
  CHECK_FALSE(coloured(false, {{"TERM", "xterm"}}));
  CHECK_FALSE(coloured(true, {{"TERM", "dumb"}}));
}

TEST_CASE("NO_COLOR and FORCE_COLOR count where they say something") {
  CHECK_FALSE(coloured(true, {{"NO_COLOR", "1"}}));
  CHECK_FALSE(coloured(true, {{"NO_COLOR", "0"}}));
  CHECK(coloured(true, {{"NO_COLOR", ""}}));
  CHECK(coloured(false, {{"FORCE_COLOR", "1"}}));
  CHECK(coloured(false, {{"FORCE_COLOR", "3"}, {"TERM", "dumb"}}));
  CHECK_FALSE(coloured(false, {{"FORCE_COLOR", "0"}}));
  CHECK_FALSE(coloured(false, {{"FORCE_COLOR", ""}}));
  CHECK_FALSE(coloured(true, {{"FORCE_COLOR", "1"}, {"NO_COLOR", "1"}}));
}

TEST_CASE("the option beats all of them") {
  CHECK(coloured(false, {{"NO_COLOR", "1"}, {"TERM", "dumb"}}, ColourWish::always));
  CHECK_FALSE(coloured(true, {{"FORCE_COLOR", "1"}}, ColourWish::never));
  CHECK(parse_colour_wish("always") == ColourWish::always);
  CHECK(parse_colour_wish("sometimes") == std::nullopt);
}

TEST_CASE("up to ten types have colours of their own, the same in whatever order they come") {
  const std::vector<std::string> types{"web",  "worker", "clock", "css", "js",
                                       "mail", "urgent", "db",    "a",   "b"};
  const TypeColours colours(types), again({types.rbegin(), types.rend()});
  std::set<std::string_view> different;
  for (auto& type : types) {
    different.insert(colours.of(type));
    CHECK(colours.of(type + ".12") == colours.of(type));
    CHECK(again.of(type) == colours.of(type));
    CHECK(colours.of(type) != "\x1b[31m");
  }
  CHECK(different.size() == types.size());
}

TEST_CASE("a type that stands alone has the colour that its name gives it") {
  CHECK(TypeColours().of("web.1") == TypeColours({"web"}).of("web.1"));
  CHECK(TypeColours().of("run.1") == "\x1b[37m");
  CHECK(TypeColours().of("api") == "\x1b[37m");
}

TEST_CASE("more types than colours share them") {
  std::vector<std::string> types;
  for (char c = 'a'; c <= 'z'; ++c) types.emplace_back(1, c);
  const TypeColours colours(types);
  for (auto& type : types) CHECK(colours.of(type).starts_with("\x1b["));
}
