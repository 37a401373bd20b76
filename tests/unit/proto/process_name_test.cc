// Names of types and processes.
#include "proto/process_name.h"

#include <catch2/catch.hpp>

namespace muster {

TEST_CASE("a process is a type and a number") {
  const auto name = parse_process_name("web.12");
  REQUIRE(name);
  CHECK(name->type == "web");
  CHECK(name->number == 12);
  CHECK(name->text() == "web.12");
  CHECK(parse_process_name("my_long-type2.4294967295"));
}

TEST_CASE("what only resembles a process name is none") {
  for (const char* text : {"", "web", "web.", "web.0", "web.01", "web.-1", "web.+1", "web. 1",
                           "web.1 ", "web.1.1", ".1", "we b.1", "web.4294967296", "w\xc3\xa9.1"}) {
    INFO(text);
    CHECK_FALSE(parse_process_name(text));
  }
}

TEST_CASE("processes are ordered by type, then by number and not by text") {
  CHECK(parse_process_name("web.2") < parse_process_name("web.10"));
  CHECK(parse_process_name("clock.9") < parse_process_name("web.1"));
}

TEST_CASE("a type name has 1 to 63 of the characters that a Procfile allows") {
  CHECK(is_type_name(std::string(63, 'a')));
  CHECK_FALSE(is_type_name(std::string(64, 'a')));
  CHECK_FALSE(is_type_name(""));
  CHECK_FALSE(is_type_name("a.b"));
  CHECK_FALSE(is_type_name("a/b"));
}

}  // namespace muster
