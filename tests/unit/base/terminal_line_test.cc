// Lines of programs, as a terminal is shown them.
#include "base/terminal_line.h"

#include <catch2/catch.hpp>
#include <vector>

using namespace muster;

namespace {

std::string shown(std::string_view line, bool colours = true) {
  std::string out;
  append_terminal_line(line, colours, out);
  return out;
}

std::vector<std::string> all_shown(const std::vector<std::string>& lines) {
  TerminalLines shaping({true, true});
  std::vector<std::string> out;
  for (auto& line : lines)
    shaping.take("web.1", line, [&](std::string_view text) { out.emplace_back(text); });
  return out;
}

}  // namespace

TEST_CASE("colours pass and end with their line") {
  CHECK(shown("\x1b[33m[nodemon] 3.1.14\x1b[39m") == "\x1b[33m[nodemon] 3.1.14\x1b[39m\x1b[0m");
  CHECK(shown("\x1b[31mred\x1b[0m") == "\x1b[31mred\x1b[0m");
  CHECK(shown("\x1b[31mred\x1b[m") == "\x1b[31mred\x1b[m");
  CHECK(shown("\x1b[01;04;38;5;8mx") == "\x1b[01;04;38;5;8mx\x1b[0m");
  CHECK(shown("\x1b[38;2;1;2;3;48;2;255;0;9mx\x1b[0;1m") ==
        "\x1b[38;2;1;2;3;48;2;255;0;9mx\x1b[0;1m\x1b[0m");
}

TEST_CASE("where colours are not wanted they are left out, and nothing else is") {
  CHECK(shown("\x1b[33m[nodemon]\x1b[39m a\x1b[2Jb", false) == "[nodemon] a\\x1b[2Jb");
}

TEST_CASE("what is no colour is shown, not obeyed") {
  for (std::string_view evil :
       {"a\x1b[2Jb", "a\x1b[1Ab", "a\x1b]0;title\ab", "a\x1bPq\x1b\\b", "a\x1b[31;b", "a\x1b[",
        "a\x1b", "a\b\bb", "a\x0e", "a\302\23331mb", "a\377\23331m", "a\x1b[?31mb", "a\x1b[31 mb",
        "a\x1b[>4;2mb", "a\x1b[4:3mb", "a\x1b[-1mb", "a\x1b(0b", "a\x1b[6n"}) {
    CAPTURE(evil);
    std::string safe;
    for (std::string_view rest = evil; !rest.empty(); rest.remove_prefix(1)) {
      const auto byte = static_cast<unsigned char>(rest.front());
      constexpr char digits[] = "0123456789abcdef";
      if (byte >= 0x20 && byte < 0x7F)
        safe += rest.front();
      else
        safe.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    }
    CHECK(shown(evil) == safe);
    CHECK(shown(evil, false) == safe);
  }
}

TEST_CASE("numbers that are unknown, too many or too large are no colour") {
  for (std::string_view odd : {"8", "1;8", "0;8", "38;5", "38;2;1;2", "38;8", "256", "38;5;256",
                               "0031", "11", "99999999999", "38;5;", "120"}) {
    CAPTURE(odd);
    const bool missing_is_zero = odd == "38;5;";
    const std::string sequence = "\x1b[" + std::string(odd) + "mx";
    CHECK((shown(sequence).front() == '\x1b') == missing_is_zero);
  }
  std::string over_long = "\x1b[";
  for (int i = 0; i < 40; ++i) over_long += "1;";
  CHECK(shown(over_long + "1mx").front() == '\\');
}

TEST_CASE("no text is hidden by the colour of its ground") {
  CHECK(shown("\x1b[30;40mx") == "\x1b[30;40m\x1b[39;49mx\x1b[0m");
  CHECK(shown("\x1b[41mx\x1b[38;5;1my") == "\x1b[41mx\x1b[38;5;1m\x1b[39;49my\x1b[0m");
  CHECK(shown("\x1b[41m \x1b[0m\x1b[31mx") == "\x1b[41m \x1b[0m\x1b[31mx\x1b[0m");
}

TEST_CASE("what follows the last return of the cursor is shown, in the colour that is in force") {
  CHECK(shown("\rprogress  10%\rprogress  20%") == "progress  20%");
  CHECK(shown("progress 20%\r") == "progress 20%");
  CHECK(shown("text\r\r") == "text");
  CHECK(shown("\x1b[32m10%\r\x1b[K20%\x1b[0m") == "\x1b[32m20%\x1b[0m");
  CHECK(shown("\x1b[31m10%\x1b[0m\r20%") == "20%");
  CHECK(shown("- Loading\x1b[2K\x1b[1Gdone") == "done");
  CHECK(shown("\r").empty());
}

TEST_CASE("what does nothing in a line is not shown: grep, gcc, tput, spinners") {
  CHECK(shown("\x1b[01;31m\x1b[Kfoo\x1b[m\x1b[K bar") == "\x1b[01;31mfoo\x1b[m bar");
  CHECK(shown("\x1b[1mfoo\x1b(B\x1b[m") == "\x1b[1mfoo\x1b[m");
  CHECK(shown("\x1b[?25l50%\x1b[K") == "50%");
  CHECK(shown("a\x1b[Kb") == "a\\x1b[Kb");
}

TEST_CASE("of a cleared screen nothing is left") {
  std::vector<std::string> vite{"before"};
  vite.resize(26);
  vite.emplace_back("\x1b[1;1H\x1b[0J");
  vite.resize(30);
  vite.emplace_back("\x1b[1;1H\x1b[0J  \x1b[32mVITE\x1b[39m ready");
  CHECK(all_shown(vite) ==
        std::vector<std::string>{"before", "", "  \x1b[32mVITE\x1b[39m ready\x1b[0m"});
  CHECK(all_shown({"\x1b[2J\x1b[3J\x1b[H", "tsc"}) == std::vector<std::string>{"tsc"});
  CHECK(all_shown({"\x1b"
                   "c[10:15] File change"}) == std::vector<std::string>{"[10:15] File change"});
}

TEST_CASE("blank lines that no clearing follows stay") {
  CHECK(all_shown({"a", "", "b", "", "", "", "c"}) ==
        std::vector<std::string>{"a", "", "b", "", "", "", "c"});
}

TEST_CASE("a pipe gets the bytes as they are") {
  TerminalLines shaping({false, false});
  std::string out;
  for (std::string_view line : {"\x1b[31ma\rb", "", "", "\xff"})
    shaping.take("web.1", line, [&](std::string_view text) { out.append(text).append("\n"); });
  CHECK(out == "\x1b[31ma\rb\n\n\n\xff\n");
}
