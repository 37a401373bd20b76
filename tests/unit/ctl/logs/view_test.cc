// The part of a stream of records that is printed, and when.
#include "ctl/logs/view.h"

#include <catch2/catch.hpp>

#include "proto/codec.h"

using namespace muster;

namespace {

// Prints `TEXT` or `TEXT...` for a partial line, and remembers nothing.
class PlainPrinter : public LogPrinter {
 public:
  void print(const JoinedLine& line, std::string& out) override {
    out.append(line.text).append(line.partial ? "...\n" : "\n");
  }
  void print(const EventRecord& event, std::string& out) override { out += event.text + "\n"; }
  void print_lost(const LostRecords& lost, WallTime, std::string& out) override {
    out += fmt::format("lost {}-{}\n", lost.records.first, lost.records.second);
  }
  void print_anew(WallTime, std::string& out) override { out += "anew\n"; }
};

struct Screen {
  explicit Screen(std::optional<uint64_t> last_lines, size_t most_kept = 8 << 20)
      : out(-1),
        view(std::make_unique<PlainPrinter>(), {last_lines, LinePattern(), {}, most_kept}, out) {}
  explicit Screen(LinePlace begin)
      : out(-1), view(std::make_unique<PlainPrinter>(), {{}, LinePattern(), begin}, out) {}

  void log(std::vector<std::string_view> lines, Tail tail = Tail::newline, bool continues = false) {
    LogRecord record;
    record.numbers = {.seq = ++seq, .prev = seq - 1, .line = line};
    line += lines.size();
    record.process = "web.1";
    record.launch = 1;
    record.lines = std::move(lines);
    record.tail = tail;
    record.continues = continues;
    std::vector<char> payload;
    encode(record, payload);
    REQUIRE(view.add({payload.data(), payload.size()}));
  }
  void event(std::string text, RecordKind kind = RecordKind::state) {
    EventRecord record;
    record.numbers = {.seq = ++seq, .prev = 0, .line = line++};
    record.kind = kind;
    record.launch = 1;
    record.process = "web.1";
    record.text = std::move(text);
    std::vector<char> payload;
    encode(record, payload);
    REQUIRE(view.add({payload.data(), payload.size()}));
  }
  const std::string& shown() { return out.buffer(); }

  void lose(uint64_t first, uint64_t last) { view.lost({{first, last}, {}}, {}); }

  Output out;
  LogView view;
  uint64_t seq = 0, line = 0;
};

}  // namespace

TEST_CASE("without a number of lines everything is printed as it comes") {
  Screen screen(std::nullopt);
  screen.log({"a", "b"});
  screen.event("up");
  CHECK(screen.shown() == "a\nb\nup\n");
}

TEST_CASE("the last lines of history are printed when it is over, events among them") {
  Screen screen(2);
  screen.log({"a", "b"});
  screen.event("up");
  CHECK(screen.shown().empty());
  screen.view.finish();
  CHECK(screen.shown() == "b\nup\n");
}

TEST_CASE("a line that was cut counts once") {
  Screen screen(2);
  screen.log({"a", "b"});
  screen.log({"c1"}, Tail::split);
  screen.log({"c2"}, Tail::split, true);
  screen.log({"c3"}, Tail::newline, true);
  screen.view.finish();
  CHECK(screen.shown() == "b\nc1c2c3\n");
}

TEST_CASE("no lines of history and then all that comes") {
  Screen screen(0);
  screen.log({"old"});
  screen.view.go_live();
  screen.log({"new"});
  CHECK(screen.shown() == "new\n");
}

TEST_CASE("a half line of history shows when we go live, and its rest when it comes") {
  Screen screen(10);
  screen.log({"Pass"}, Tail::partial);
  screen.view.go_live();
  CHECK(screen.shown() == "Pass...\n");
  screen.log({"word:"}, Tail::partial, true);
  screen.log({"", "next"}, Tail::newline, true);
  CHECK(screen.shown() == "Pass...\nword:...\nnext\n");
}

TEST_CASE("what is lost takes no place among the last lines, and stands where it is missing") {
  Screen screen(2);
  screen.log({"a", "b"});
  screen.lose(2, 5);
  screen.log({"c"});
  screen.view.finish();
  CHECK(screen.shown() == "b\nlost 2-5\nc\n");
}

TEST_CASE("what is lost before the last lines is of no interest, unless there are fewer") {
  Screen enough(2);
  enough.lose(1, 1);
  enough.log({"a", "b"});
  enough.lose(3, 3);
  enough.log({"c", "d"});
  enough.view.finish();
  CHECK(enough.shown() == "c\nd\n");
  Screen fewer(3);
  fewer.lose(1, 1);
  fewer.log({"a", "b"});
  fewer.view.finish();
  CHECK(fewer.shown() == "lost 1-1\na\nb\n");
}

TEST_CASE("last lines that are too long to be kept are read again from their place on") {
  const auto fill = [](Screen& screen) {
    screen.log({"a", "b", std::string_view("long line")});
    screen.log({"c1"}, Tail::split);
    screen.log({"c2", "d"}, Tail::newline, true);
    screen.event("up");
    screen.view.finish();
  };
  Screen first(3, 10);
  fill(first);
  CHECK(first.shown().empty());
  const auto place = first.view.to_be_read_again();
  REQUIRE(place);
  CHECK(place->seq == 2);
  Screen second(*place);
  fill(second);
  CHECK(second.shown() == "c1c2\nd\nup\n");
  CHECK_FALSE(second.view.to_be_read_again());
}

TEST_CASE("what is lost is said where it is missing") {
  Screen screen(std::nullopt);
  screen.log({"a"});
  screen.lose(2, 5);
  screen.log({"b"});
  CHECK(screen.shown() == "a\nlost 2-5\nb\n");
}

TEST_CASE("a record that cannot be read is an error, and the view goes on") {
  Screen screen(std::nullopt);
  CHECK_FALSE(screen.view.add("garbage"));
  screen.log({"a"});
  CHECK(screen.shown() == "a\n");
}

TEST_CASE("a line that its launch has left unfinished stands before its exit") {
  Screen screen(10);
  screen.log({"panic"}, Tail::partial);
  screen.event("up");
  screen.event("exited", RecordKind::exit);
  screen.event("down");
  screen.view.finish();
  CHECK(screen.shown() == "up\npanic...\nexited\ndown\n");
}
