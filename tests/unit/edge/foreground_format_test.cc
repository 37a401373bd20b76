// The lines that a person sees in front of `musterd`.
#include "daemon/edge/output/foreground.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>

using namespace muster;

namespace {

const WallTime at_10_14_40{Nanos(1306750480'000000000)};  // 2011-05-30T10:14:40Z

struct UtcZone {
  UtcZone() {
    setenv("TZ", "UTC", 1);
    tzset();
  }
} utc;

std::string shown(ForegroundStyle style, std::string_view process, std::string_view text) {
  std::string out;
  ForegroundFormat(std::move(style)).line(at_10_14_40, process, text, out);
  return out;
}

std::string shown(const EventRecord& event) {
  std::string out;
  ForegroundFormat({{"web", "worker"}}).event(event, out);
  return out;
}

}  // namespace

TEST_CASE("a line looks as in the first seed") {
  CHECK(shown({{"web", "worker"}}, "web.1", "Listening on port 5000") ==
        "10:14:40 web.1     | Listening on port 5000\n");
  CHECK(shown({{"web", "worker"}}, "worker.1", "ready") == "10:14:40 worker.1  | ready\n");
}

TEST_CASE("the column is as wide after scaling to 10 as before") {
  ForegroundStyle style{{"web", "urgentworker"}};
  auto bar = [&](std::string_view process) { return shown(style, process, "x").find('|'); };
  CHECK(bar("urgentworker.1") == bar("urgentworker.10"));
  CHECK(bar("urgentworker.1") == bar("web.1"));
}

TEST_CASE("the time can be left out") {
  CHECK(shown({.types = {"web"}, .timestamp = false}, "web.1", "x") == "web.1     | x\n");
}

TEST_CASE("each type has its colour, and the line itself has none") {
  ForegroundStyle style{.types = {"web", "worker"}, .look = {true, true}};
  const TypeColours colours(style.types);
  for (const std::string process : {"web.1   ", "worker.2"})
    CHECK(shown(style, process.substr(0, process.find(' ')), "x") ==
          std::string(colours.of(process.substr(0, process.find(' ')))) + "10:14:40 " + process +
              "  | \x1b[0mx\n");
  CHECK(shown(style, "api", "x") == "\x1b[37m10:14:40 api       | \x1b[0mx\n");
}

TEST_CASE("a program cannot steer the terminal, but a pipe gets its bytes") {
  CHECK(shown({.types = {"web"}, .look = {true, false}}, "web.1", "a\x1b[2J") ==
        "10:14:40 web.1     | a\\x1b[2J\n");
  CHECK(shown({.types = {"web"}}, "web.1", "\x1b[2J") == "10:14:40 web.1     | \x1b[2J\n");
}

TEST_CASE("of muster's own events only those are shown that a person waits for") {
  EventRecord event;
  event.time = at_10_14_40;
  event.process = "web.1";
  event.kind = RecordKind::state;
  event.text = "State changed from starting to up";
  CHECK(shown(event).empty());

  event.kind = RecordKind::start;
  event.text = "Starting process with command `node web.js`";
  CHECK(shown(event).empty());
  event.text = "started with pid 13998";
  event.pid = 13998;
  CHECK(shown(event) == "10:14:40 web.1     | started with pid 13998\n");

  event.kind = RecordKind::exit;
  event.text = "Process exited with status 1";
  CHECK(shown(event) == "10:14:40 web.1     | Process exited with status 1\n");
}
