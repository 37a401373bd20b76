// How lines that were cut on their way become whole again for people.
#include "proto/line_joiner.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "proto/limits.h"

using namespace muster;

namespace {

struct Shown {
  std::string text;
  uint64_t seq;
  bool partial;
  bool operator==(const Shown&) const = default;
};

struct Reader {
  explicit Reader(LineJoiner::Partial partial, size_t longest = limits::joined_line)
      : joiner(
            partial,
            [this](const JoinedLine& line) {
              shown.push_back({std::string(line.text), line.seq, line.partial});
            },
            longest) {}

  void read(uint64_t seq, std::vector<std::string_view> lines, Tail tail, bool continues = false,
            uint64_t launch = 1) {
    LogRecord record;
    record.numbers.seq = seq;
    record.process = "web.1";
    record.launch = launch;
    record.lines = std::move(lines);
    record.tail = tail;
    record.continues = continues;
    joiner.add(record);
  }

  std::vector<Shown> shown;
  LineJoiner joiner;
};

}  // namespace

TEST_CASE("whole lines pass at once") {
  Reader reader(LineJoiner::Partial::wait);
  reader.read(1, {"a", "", "b"}, Tail::newline);
  CHECK(reader.shown == std::vector<Shown>{{"a", 1, false}, {"", 1, false}, {"b", 1, false}});
}

TEST_CASE("a split line is one line again, with the number of its first piece") {
  Reader reader(LineJoiner::Partial::at_once);
  reader.read(1, {"x", "lo"}, Tail::split);
  reader.read(2, {"n"}, Tail::split, true);
  reader.read(3, {"g", "y"}, Tail::newline, true);
  CHECK(reader.shown == std::vector<Shown>{{"x", 1, false}, {"long", 1, false}, {"y", 3, false}});
}

TEST_CASE("lines of other launches may come between the pieces") {
  Reader reader(LineJoiner::Partial::wait);
  reader.read(1, {"lo"}, Tail::split, false, 1);
  reader.read(2, {"other"}, Tail::newline, false, 2);
  reader.read(3, {"ng"}, Tail::newline, true, 1);
  CHECK(reader.shown == std::vector<Shown>{{"other", 2, false}, {"long", 1, false}});
}

TEST_CASE("a prompt is shown at once to who follows, and whole to who reads later") {
  Reader following(LineJoiner::Partial::at_once), later(LineJoiner::Partial::wait);
  for (Reader* reader : {&following, &later}) {
    reader->read(1, {"Pass"}, Tail::partial);
    reader->read(2, {"word: ok"}, Tail::newline, true);
  }
  CHECK(following.shown == std::vector<Shown>{{"Pass", 1, true}, {"word: ok", 2, false}});
  CHECK(later.shown == std::vector<Shown>{{"Password: ok", 1, false}});
}

TEST_CASE("the newline of a line whose text has been shown is not a line") {
  Reader reader(LineJoiner::Partial::at_once);
  reader.read(1, {"Password: "}, Tail::partial);
  reader.read(2, {"", "", "next"}, Tail::newline, true);
  CHECK(reader.shown ==
        std::vector<Shown>{{"Password: ", 1, true}, {"", 2, false}, {"next", 2, false}});
}

TEST_CASE("what never got its end is shown when history is over") {
  Reader reader(LineJoiner::Partial::wait);
  reader.read(1, {"half"}, Tail::partial);
  CHECK(reader.shown.empty());
  reader.joiner.flush();
  CHECK(reader.shown == std::vector<Shown>{{"half", 1, true}});
}

TEST_CASE("a piece whose rest was lost is shown before the line that follows it") {
  Reader reader(LineJoiner::Partial::wait);
  reader.read(1, {"half"}, Tail::split);
  reader.read(5, {"new"}, Tail::newline, false);
  CHECK(reader.shown == std::vector<Shown>{{"half", 1, true}, {"new", 5, false}});
}

TEST_CASE("a line without end is handed out in bounded pieces") {
  const size_t longest = GENERATE(4 * limits::line_piece, limits::joined_line);
  Reader reader(LineJoiner::Partial::wait, longest);
  std::string piece(limits::line_piece, 'x');
  size_t pieces = 3 * longest / limits::line_piece;
  for (size_t i = 0; i < pieces; i++) reader.read(i + 1, {piece}, Tail::split, i > 0);
  CHECK(reader.shown.size() == 3);
  for (auto& shown : reader.shown) CHECK(shown.text.size() <= longest);
}
