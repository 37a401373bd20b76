// Text made fit for tables and JSON.
#include "ctl/printers/text.h"

#include <catch2/catch.hpp>

#include "base/json.h"

using namespace muster;

TEST_CASE("text that fits is not cut, and what does not fit ends in two dots") {
  CHECK(cut_to("abcdef", 6) == "abcdef");
  CHECK(cut_to("abcdefg", 6) == "abcd..");
  CHECK(cut_to("", 6) == "");
}

TEST_CASE("characters are counted and cut, not bytes") {
  CHECK(cut_to("ümläut", 6) == "ümläut");
  CHECK(cut_to("ümläuts", 6) == "ümlä..");
}

TEST_CASE("base64 pads to groups of four") {
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("\xff\xfe\xfd") == "//79");
}

TEST_CASE("a word for a shell is in quotes only where it must be") {
  CHECK(shell_word("a/b-c=1") == "a/b-c=1");
  CHECK(shell_word("a b") == "'a b'");
  CHECK(shell_word("it's") == "'it'\\''s'");
}
