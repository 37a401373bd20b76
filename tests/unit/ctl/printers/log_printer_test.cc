// Log lines as people and programs get them.
#include "ctl/printers/log_printer.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace muster;
using nlohmann::json;

namespace {

const WallTime ten_fifteen{std::chrono::microseconds(1'795'342'502'114'233)};
const std::string when = "2026-11-22T10:15:02.114233+00:00";

JoinedLine line_of(std::string_view process, std::string_view text) {
  return {.seq = 7, .time = ten_fifteen, .process = process, .stream = Stream::err, .text = text};
}

EventRecord scale_event() {
  EventRecord event;
  event.numbers.seq = 8;
  event.time = ten_fifteen;
  event.kind = RecordKind::scale;
  event.process = "api";
  event.text = "Scale to web=2, worker=1 by adam@box";
  event.formation = FormationCounts{{"web", 2}, {"worker", 1}};
  event.by = "adam@box";
  return event;
}

template <class What>
std::string printed(LogPrinter& printer, const What& what) {
  std::string out;
  printer.print(what, out);
  return out;
}

}  // namespace

TEST_CASE("a line of a process and one of muster, as in 2011") {
  auto printer = make_text_printer({});
  CHECK(printed(*printer, line_of("web.1", "GET /")) == when + " app[web.1]: GET /\n");
  CHECK(printed(*printer, scale_event()) ==
        when + " muster[api]: Scale to web=2, worker=1 by adam@box\n");
  CHECK(printed(*printer, line_of("web.1", "")) == when + " app[web.1]: \n");
}

TEST_CASE("bytes are raw in a pipe and shown on a terminal") {
  std::string evil = "a\x1b[2Jb\xff";
  auto pipe = make_text_printer({}), terminal = make_text_printer({.line = {.safe = true}});
  CHECK(printed(*pipe, line_of("web.1", evil)) == when + " app[web.1]: " + evil + "\n");
  CHECK(printed(*terminal, line_of("web.1", evil)) == when + " app[web.1]: a\\x1b[2Jb\\xff\n");
}

TEST_CASE("the head of a line, muster's too, has the colour of the process type") {
  const TypeColours colours({"web", "worker"});
  auto printer = make_text_printer({.line = {true, true}, .types = {"web", "worker"}});
  CHECK(printed(*printer, line_of("web.1", "x")) ==
        std::string(colours.of("web")) + when + " app[web.1]:\x1b[0m x\n");
  CHECK(printed(*printer, line_of("worker.7", "x")).substr(0, 5) == colours.of("worker"));
  CHECK(printed(*printer, scale_event()).substr(0, 5) == "\x1b[37m");
}

TEST_CASE("a terminal is shown a short head, by the clock of the day") {
  const auto head = [&](LogTime time, WallTime now) {
    auto printer = make_text_printer({.time = time, .types = {"web", "clock"}, .now = now});
    return printed(*printer, line_of("web.1", "GET /"));
  };
  CHECK(head(LogTime::utc, ten_fifteen) == "10:15:02 web.1   | GET /\n");
  CHECK(head(LogTime::utc, ten_fifteen + 48h) == "11-22 10:15:02 web.1   | GET /\n");
  CHECK(head(LogTime::none, ten_fifteen) == "web.1   | GET /\n");
  CHECK(head(LogTime::brief, ten_fifteen).ends_with(":02 web.1   | GET /\n"));
}

TEST_CASE("of what a start writes a terminal is shown one line") {
  auto all = make_text_printer({}), one = make_text_printer({.starts_in_one_line = true});
  EventRecord event = scale_event();
  for (const RecordKind kind : {RecordKind::state, RecordKind::start}) {
    event.kind = kind;
    CHECK(all->shows(event));
    CHECK_FALSE(one->shows(event));
  }
  event.kind = RecordKind::start;
  event.pid = 7;
  CHECK(one->shows(event));
  CHECK(one->shows(scale_event()));
}

TEST_CASE("what a slow reader has lost reads like Logplex's L11, in lines") {
  auto printer = make_text_printer({});
  std::string out;
  printer->print_lost({{3, 7}, {"retention", 93, 32678, ten_fifteen}, true}, {}, out);
  CHECK(out == when +
                   " muster[logs]: Error L11 (Tail buffer overflow) -> This tail session dropped "
                   "32586 lines (93 to 32678): this reader was too slow, and they were deleted to "
                   "keep the journal within its limits; the log goes on at " +
                   when + " (seq 3 to 7)\n");
}

TEST_CASE("what retention has deleted blames no reader, and damage is called so") {
  CHECK(
      text_of({{3, 7}, {"retention", 93, 97, {}}}) ==
      "Not in the log any more: 5 lines (93 to 97), deleted to keep the journal within its limits "
      "(seq 3 to 7)");
  CHECK(text_of({{3, 3}, {"damage", 9, 9, {}}, true}) ==
        "Not in the log any more: 1 line (9), the journal is damaged there (seq 3 to 3)");
  CHECK(text_of({{3, 7}, {"retention", 93, 97, {}}, false, true})
            .find("some of the lines 93 to 97") != std::string::npos);
  CHECK(text_of({{3, 7}, {"retention", {}, 97, {}}}).find("lines up to line 97") !=
        std::string::npos);
  CHECK(text_of({{3, 7}, {"retention", {}, {}, {}}}).find("records 3 to 7") != std::string::npos);
}

TEST_CASE("what could steer a terminal is written as a number in JSON") {
  auto printer = make_json_printer();
  const std::string text =
      printed(*printer, line_of("web.1", "a\x1b[2J\x7f\xc2\x9b\xe2\x80\xae\xc3\xa9"));
  CHECK(text.find("a\\u001b[2J\\u007f\\u009b\\u202e\xc3\xa9") != std::string::npos);
  CHECK(json::parse(text)["line"] == "a\x1b[2J\x7f\xc2\x9b\xe2\x80\xae\xc3\xa9");
}

TEST_CASE("a line for programs") {
  auto printer = make_json_printer();
  CHECK(printed(*printer, line_of("web.1", "GET \"/\"")) ==
        R"({"seq":7,"time":")" + when +
            R"(","source":"app","process":"web.1","stream":"stderr","line":"GET \"/\""})"
            "\n");
  auto partial = line_of("web.1", "Pass");
  partial.partial = true;
  CHECK(json::parse(printed(*printer, partial))["partial"] == true);
}

TEST_CASE("a line that is not text comes as base64") {
  auto printer = make_json_printer();
  auto object = json::parse(printed(*printer, line_of("web.1", std::string_view("\xff\0x", 3))));
  CHECK(object["base64"] == "/wB4");
  CHECK_FALSE(object.contains("line"));
}

TEST_CASE("an event for programs has its kind and what that kind knows") {
  auto printer = make_json_printer();
  auto object = json::parse(printed(*printer, scale_event()));
  CHECK(object["kind"] == "scale");
  CHECK(object["source"] == "muster");
  CHECK(object["line"] == "Scale to web=2, worker=1 by adam@box");
  CHECK(object["formation"] == json({{"web", 2}, {"worker", 1}}));
  CHECK_FALSE(object.contains("pid"));
}

TEST_CASE("what is lost, for programs") {
  auto printer = make_json_printer();
  std::string out;
  printer->print_lost({{3, 7}, {"retention", 5, 9, ten_fifteen}, true}, {}, out);
  auto object = json::parse(out);
  CHECK(object["first"] == 3);
  CHECK(object["last"] == 7);
  CHECK(object["first_line"] == 5);
  CHECK(object["last_line"] == 9);
  CHECK(object["cause"] == "slow reader");
  CHECK(object["time"] == when);
}
