// The dialect of Procfiles that muster reads, line by line.
#include "daemon/config/procfile.h"

#include <catch2/catch.hpp>

using namespace muster;

namespace {

std::vector<std::string> complaints_about(std::string_view text) {
  std::vector<std::string> texts;
  for (auto& complaint : parse_procfile(text, "Procfile").complaints)
    texts.push_back(complaint.text());
  return texts;
}

std::vector<ProcessType> types_of(std::string_view text) {
  return parse_procfile(text, "Procfile").types;
}

using Types = std::vector<ProcessType>;
using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a Procfile gives its types in order, with the commands as they are written") {
  auto parsed = parse_procfile("web: node web.js -p $PORT\nworker:\tsh -c 'a | b' # note\n", "P");
  CHECK(parsed.types == Types{{"web", "node web.js -p $PORT"}, {"worker", "sh -c 'a | b' # note"}});
  CHECK(parsed.complaints.empty());
}

TEST_CASE("blanks round the name's line and the command are dropped, those within are kept") {
  CHECK(types_of("  web:  a  b \t\n") == Types{{"web", "a  b"}});
  CHECK(types_of("web:a") == Types{{"web", "a"}});
  CHECK(types_of("web: a: b") == Types{{"web", "a: b"}});
}

TEST_CASE("a byte order mark and every kind of line end are taken") {
  Types both = {{"web", "a"}, {"worker", "b"}};
  CHECK(types_of("\xEF\xBB\xBFweb: a\r\nworker: b\r\n") == both);
  CHECK(types_of("web: a\rworker: b") == both);
  CHECK(complaints_about("\r\n\rweb x\r\n") ==
        Texts{"Procfile:3: not of the form 'name: command'; the line is ignored"});
}

TEST_CASE("blank lines and comments are skipped without a word") {
  auto parsed = parse_procfile("\n  \t \n# web: a\n   # b\nweb: a\n", "P");
  CHECK(parsed.types == Types{{"web", "a"}});
  CHECK(parsed.complaints.empty());
}

TEST_CASE("a line that is no process type is ignored with a complaint") {
  for (std::string line : {"web node web.js", "web", ": a", "w eb: a", "web :a", "wéb: a", "-"}) {
    CAPTURE(line);
    CHECK(types_of(line).empty());
    CHECK(complaints_about(line) ==
          Texts{"Procfile:1: not of the form 'name: command'; the line is ignored"});
  }
}

TEST_CASE("a type without a command is ignored with a complaint") {
  CHECK(types_of("web: \n").empty());
  CHECK(complaints_about("a: b\nweb:\n") ==
        Texts{"Procfile:2: 'web' has no command; the line is ignored"});
}

TEST_CASE("of two lines with one name the last wins at the place of the first") {
  auto parsed = parse_procfile("web: a\nworker: b\nweb: c\nweb: d\n", "Procfile");
  CHECK(parsed.types == Types{{"web", "d"}, {"worker", "b"}});
  CHECK(complaints_about("web: a\nworker: b\nweb: c\nweb: d\n") ==
        Texts{"Procfile:3: 'web' was defined on line 1 already; this line replaces it",
              "Procfile:4: 'web' was defined on line 3 already; this line replaces it"});
}

TEST_CASE("the name of one-offs, over-long names and NUL bytes are refused") {
  CHECK(types_of("run: a").empty());
  CHECK(complaints_about("run: a") ==
        Texts{"Procfile:1: 'run' is reserved for one-off processes; the line is ignored"});
  CHECK(types_of(std::string(63, 'a') + ": b").size() == 1);
  CHECK(types_of(std::string(64, 'a') + ": b").empty());
  auto longer = parse_procfile(std::string(64, 'a') + ": b", "Procfile");
  CHECK(longer.complaints.empty());
  REQUIRE(longer.errors.size() == 1);
  CHECK(longer.errors.front().text() ==
        "Procfile:1: the name 'aaaaaaaaaaaaaaaaaaaa...' has 64 characters; a process type's has at "
        "most 63");
  CHECK(types_of(std::string_view("web: a\0b", 8)).empty());
  CHECK(complaints_about(std::string_view("web: a\0b", 8)) ==
        Texts{"Procfile:1: it holds a NUL byte; the line is ignored"});
}
