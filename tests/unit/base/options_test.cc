// How a command line is read into the places that its options name.
#include "base/options.h"

#include <catch2/catch.hpp>

using namespace muster;

namespace {

struct Line {
  Options options{"A test.", "test"};
  bool loud = false;
  std::string name, word;
  std::vector<std::string> files, command;
  std::optional<uint64_t> count;

  std::optional<Options::Ended> parse(std::vector<std::string> words) {
    const Option flag = options.flag("-l,--loud", loud, "loudly");
    options.text("NAME", name, "of what").excludes(flag);
    options.texts("-f,--file", files, "again for each").shown_as("FILE");
    options.number("-n", count, "how many").whole_number();
    options
        .word(
            "-w",
            [this](const std::string& text) -> std::optional<std::string> {
              word = text;
              return std::nullopt;
            },
            "a word")
        .last_one_counts();
    return options.parse(std::move(words));
  }
};

}  // namespace

TEST_CASE("the words of a command line are filled into their places") {
  Line line;
  CHECK_FALSE(line.parse({"-f", "a", "web", "--file", "b", "-n", "3"}));
  CHECK(line.name == "web");
  CHECK(line.files == std::vector<std::string>{"a", "b"});
  CHECK(line.count == 3);
  CHECK_FALSE(line.loud);
}

TEST_CASE("a word that may be given again is the last one; others are refused then") {
  Line line;
  CHECK_FALSE(line.parse({"-w", "one", "-w", "two"}));
  CHECK(line.word == "two");
  CHECK(Line().parse({"-n", "1", "-n", "2"}));
}

TEST_CASE("a wrong line is told in words, and help is not wrong") {
  const auto wrong = Line().parse({"-n", "many"});
  REQUIRE(wrong);
  CHECK(wrong->wrong);
  CHECK(wrong->text == "-n: 'many' is not a whole number from 0 on");
  CHECK(Line().parse({"web", "--loud"})->wrong);
  CHECK(Line().parse({"--unheard-of"})->wrong);
  const auto help = Line().parse({"--help"});
  REQUIRE(help);
  CHECK_FALSE(help->wrong);
  CHECK(help->text.find("-f,--file FILE") != std::string::npos);
}

TEST_CASE("the version is a line of its own, and not wrong") {
  Options options("A test.", "test");
  options.version("test 1.0");
  const auto ended = options.parse({"--version"});
  REQUIRE(ended);
  CHECK_FALSE(ended->wrong);
  CHECK(ended->text == "test 1.0\n");
}

TEST_CASE("the rest of a line is verbatim from the first word that is no option") {
  Options options("A test.", "test");
  bool loud = false;
  std::vector<std::string> rest;
  options.flag("-l", loud, "loudly");
  options.rest(rest);
  CHECK_FALSE(options.parse({"-l", "ls", "-l", "--help", ""}));
  CHECK(loud);
  CHECK(rest == std::vector<std::string>{"ls", "-l", "--help", ""});
}

TEST_CASE("a word that is not one of the right ones is refused with what its reader says") {
  Options options("A test.", "test");
  options.word(
      "--mode", [](const std::string& word) { return std::optional("not " + word); }, "how");
  CHECK(options.parse({"--mode", "x"})->text == "--mode: not x");
}

TEST_CASE("rows tell the names of options and of words without one") {
  Options options("A test.", "test");
  std::string name;
  options.text("NAME", name, "of what");
  const auto rows = options.rows();
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].names == std::vector<std::string>{"--help", "-h"});
  CHECK(rows[1].names.empty());
  CHECK(rows[1].positional == "NAME");
  CHECK(rows[1].description == "of what");
}
