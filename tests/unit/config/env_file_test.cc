// The rules for .env files: foreman's, comments and `export`.
#include "daemon/config/env_file.h"

#include <catch2/catch.hpp>

using namespace muster;

namespace {

Environment env_of(std::string_view text) { return parse_env_file(text, ".env").env; }

}  // namespace

TEST_CASE("assignments are taken literally, blanks and all") {
  CHECK(env_of("A=1\nB= two words \nC=\nD=a=b # c\n9=x") ==
        Environment{{"A", "1"}, {"B", " two words "}, {"C", ""}, {"D", "a=b # c"}, {"9", "x"}});
}

TEST_CASE("single quotes keep everything, double quotes know newlines and escapes") {
  CHECK(env_of(R"(A='a\n"b"')") == Environment{{"A", R"(a\n"b")"}});
  CHECK(env_of(R"(A="a\nb\t\"c\"")") == Environment{{"A", "a\nbt\"c\""}});
  CHECK(env_of(R"(A="a\\nb")") == Environment{{"A", "a\\\nb"}});
  CHECK(env_of(R"(A="unfinished)") == Environment{{"A", "\"unfinished"}});
  CHECK(env_of("A=\"\nB=''\nC='") == Environment{{"A", "\""}, {"B", ""}, {"C", "'"}});
}

TEST_CASE("comments, blank lines, export, a byte order mark and CRLF are understood") {
  auto parsed =
      parse_env_file("\xEF\xBB\xBF# note\r\n\r\nexport A=1\r\n  # b\r\nexport=2\r\n", "e");
  CHECK(parsed.env == Environment{{"A", "1"}, {"export", "2"}});
  CHECK(parsed.complaints.empty());
}

TEST_CASE("the last value wins at the place of the first") {
  CHECK(env_of("A=1\nB=2\nA=3") == Environment{{"A", "3"}, {"B", "2"}});
}

TEST_CASE("other lines are ignored with a complaint") {
  for (std::string line : {"A", "=1", "A =1", " A=1", "A-B=1", "A: 1"}) {
    CAPTURE(line);
    auto parsed = parse_env_file("X=1\n" + line, ".env");
    CHECK(parsed.env == Environment{{"X", "1"}});
    REQUIRE(parsed.complaints.size() == 1);
    CHECK(parsed.complaints[0].text() ==
          ".env:2: not of the form 'KEY=VALUE'; the line is ignored");
  }
  auto with_nul = parse_env_file(std::string_view("A=1\0", 4), ".env");
  CHECK(with_nul.env.empty());
  CHECK(with_nul.complaints.size() == 1);
}

TEST_CASE("more variables than an environment holds are ignored with complaints") {
  std::string text;
  for (int i = 0; i < 4098; ++i) text += "V" + std::to_string(i) + "=1\n";
  auto parsed = parse_env_file(text, ".env");
  CHECK(parsed.env.size() == 4096);
  CHECK(parsed.complaints.size() == 2);
}
