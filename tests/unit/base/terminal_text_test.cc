// The texts that may reach a terminal.
#include "base/terminal_text.h"

#include <catch2/catch.hpp>

using namespace muster;

namespace {
std::string safe(std::string_view text) {
  std::string out;
  append_terminal_safe(text, out);
  return out;
}
}  // namespace

TEST_CASE("printable text of any script reaches the terminal as it is") {
  CHECK(safe("GET /\tümlaut 漢字 🐘") == "GET /\tümlaut 漢字 🐘");
}

TEST_CASE("escape sequences, carriage returns and other control characters are shown, not obeyed") {
  CHECK(safe("\x1b[2Jgone\r\b\x7f") == "\\x1b[2Jgone\\x0d\\x08\\x7f");
  CHECK(safe("\xc2\x9b"
             "31m") == "\\xc2\\x9b31m");
}

TEST_CASE("text that would reorder or break the line is shown as bytes") {
  CHECK(safe("a\xe2\x80\xae"
             "b") == "a\\xe2\\x80\\xaeb");
  CHECK(safe("\xe2\x80\xa8") == "\\xe2\\x80\\xa8");
}

TEST_CASE("invalid UTF-8 is shown byte by byte, and the valid text around it stays") {
  CHECK(safe("x\xff\xfey") == "x\\xff\\xfey");
  CHECK(safe("\xc0\xaf") == "\\xc0\\xaf");                    // overlong
  CHECK(safe("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // surrogate
  CHECK(safe("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // beyond U+10FFFF
  CHECK(safe("\xe6\xbc") == "\\xe6\\xbc");                    // cut off
}

TEST_CASE("is_utf8 tells text from bytes") {
  CHECK(is_utf8(""));
  CHECK(is_utf8("漢字\n"));
  CHECK_FALSE(is_utf8("\x80"));
  CHECK_FALSE(is_utf8("ok\xc3"));
}
