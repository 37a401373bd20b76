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
  auto pipe = make_text_printer({}), terminal = make_text_printer({.escapes = true});
  CHECK(printed(*pipe, line_of("web.1", evil)) == when + " app[web.1]: " + evil + "\n");
  CHECK(printed(*terminal, line_of("web.1", evil)) == when + " app[web.1]: a\\x1b[2Jb\\xff\n");
}

TEST_CASE("a process type has one colour, in the order in which they appear, around again") {
  auto printer = make_text_printer({.colours = true});
  auto colour = [&](std::string process) {
    return printed(*printer, line_of(process, "x")).substr(0, 5);
  };
  CHECK(printed(*printer, line_of("web.1", "x")) == "\x1b[36m" + when + " app[web.1]:\x1b[0m x\n");
  CHECK(colour("worker.1") == "\x1b[33m");
  CHECK(colour("web.2") == "\x1b[36m");
  CHECK(colour("a.1") == "\x1b[32m");
  CHECK(colour("b.1") == "\x1b[35m");
  CHECK(colour("c.1") == "\x1b[31m");
  CHECK(colour("d.1") == "\x1b[36m");
  CHECK(printed(*printer, scale_event()).substr(0, 5) == "\x1b[33m");
}

TEST_CASE("lost messages read like Logplex's L11") {
  auto printer = make_text_printer({});
  std::string out;
  printer->print_lost(3, 7, ten_fifteen, out);
  CHECK(out == when +
                   " muster[logs]: Error L11 (Tail buffer overflow) -> This tail session "
                   "dropped 5 messages since " +
                   when + " (seq 3 to 7).\n");
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
  printer->print_lost(3, 7, std::nullopt, out);
  CHECK(json::parse(out)["first"] == 3);
  CHECK(json::parse(out)["last"] == 7);
}
