// What of a stream of records is printed, and when.
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
  void print_lost(uint64_t first, uint64_t last, std::optional<WallTime>,
                  std::string& out) override {
    out += fmt::format("lost {}-{}\n", first, last);
  }
};

struct Screen {
  explicit Screen(std::optional<uint64_t> last_lines)
      : out(-1), view(std::make_unique<PlainPrinter>(), last_lines, LinePattern(), out) {}

  void log(std::vector<std::string_view> lines, Tail tail = Tail::newline, bool continues = false) {
    LogRecord record;
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
    record.kind = kind;
    record.launch = 1;
    record.process = "web.1";
    record.text = std::move(text);
    std::vector<char> payload;
    encode(record, payload);
    REQUIRE(view.add({payload.data(), payload.size()}));
  }
  const std::string& shown() { return out.buffer(); }

  Output out;
  LogView view;
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

TEST_CASE("what is lost takes no place among the last lines, and is said before them") {
  Screen screen(2);
  screen.log({"a", "b", "c"});
  screen.view.lost(2, 5);
  screen.view.finish();
  CHECK(screen.shown() == "lost 2-5\nb\nc\n");
}

TEST_CASE("what is lost is said where it is missing") {
  Screen screen(std::nullopt);
  screen.log({"a"});
  screen.view.lost(2, 5);
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
