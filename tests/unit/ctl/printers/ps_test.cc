// The process table.
#include "ctl/printers/ps.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace muster;
using nlohmann::json;

namespace {

ProcessRow web() {
  return {.process = "web.1",
          .state = "up",
          .command = "node web.js",
          .since = WallTime(std::chrono::seconds(1'700'000'000)),
          .age_ms = 2'900,
          .pid = 42,
          .restarts = 3,
          .port = 5000,
          .last_exit = 143,
          .note = {}};
}

const std::string header =
    "Process       State               Command\n"
    "------------  ------------------  ------------------------------\n";

}  // namespace

TEST_CASE("a row looks as in 2011") {
  CHECK(ps_table({}, {.width = 80}) == header);
  CHECK(ps_table({{web()}}, {.width = 80}) ==
        header + "web.1         up for 2s           node web.js\n");
}

TEST_CASE("what a process uses stands between its state and its command") {
  auto row = web();
  row.cpu_ms = 61'250;
  row.memory_bytes = 3 << 19;
  CHECK(ps_usage_table({{row, web()}}, {.width = 80}) ==
        "Process       State                     CPU      Memory  Restarts  Command\n"
        "------------  ------------------  ---------  ----------  --------  "
        "------------------------------\n"
        "web.1         up for 2s              61.25s     1.5 MiB         3  node web.js\n"
        "web.1         up for 2s                                         3  node web.js\n");
}

TEST_CASE("a long name pushes the columns, a long command is cut") {
  auto row = web();
  row.process = "a-very-long-name.1";
  row.command = "123456789 123456789 123456789 1234567";
  CHECK(ps_table({{row}}, {.width = 70}) == header +
                                                "a-very-long-name.1  up for 2s           "
                                                "123456789 123456789 123456789 1234..\n");
  CHECK(ps_table({{row}}, {.width = 71}).ends_with(row.command + "\n"));
  row.command.pop_back();
  CHECK(ps_table({{row}}, {.width = 40}).ends_with(row.command + "\n"));
}

TEST_CASE("on a terminal pid and port are shown where they cut nothing, and in full with --wide") {
  auto row = web();
  CHECK(ps_table({{row}}, {.width = 80, .is_terminal = true})
            .ends_with("web.1         up for 2s                42   5000  node web.js\n"));
  CHECK(ps_table({{row}}, {.width = 50, .is_terminal = true}) == ps_table({{row}}, {}));
  row.command = std::string(120, 'x');
  CHECK(ps_table({{row}}, {.width = 50, .wide = true})
            .ends_with("web.1         up for 2s                42   5000         3  " +
                       row.command + "\n"));
}

TEST_CASE("a process that crashes says how, how often, and when it is tried again") {
  auto row = web();
  row.state = "crashed";
  row.last_exit = 3;
  row.crashes = 3;
  row.next_ms = 40'900;
  row.note = "exec x: no; 3 crashes in a row, next launch in 40s";
  CHECK(state_text(row) == "crashed for 2s (exit 3), 3 times, next in 40s");
  CHECK(note_beside_table(row) == "exec x: no");
  const TypeColours types({"web"});
  const std::string table = ps_table({{row}}, {.colours = true, .types = types});
  CHECK(table.find("\x1b[31mcrashed for 2s (exit 3), 3 times, next in 40s\x1b[0m") != table.npos);
  CHECK(table.find(std::string(types.of("web")) + "web.1\x1b[0m") != table.npos);
}

TEST_CASE("types of which nothing runs stand among the processes, those with a cron with a time") {
  const WallTime now = web().since;
  const PsReply reply{{web()},
                      {{"css", "sass"}, {"nightly", "x", now + 50min}, {"z", "y", now, true}}};
  const std::string table = ps_table(reply, {.now = now});
  CHECK(table.find("css           runs no process     ") < table.find("web.1"));
  CHECK(table.find("nightly       next in 50m, ") < table.find("web.1"));
  CHECK(table.find("z             stopped ") > table.find("web.1"));
}

TEST_CASE("a command cannot forge a row") {
  auto row = web();
  row.command = "a\nb\x1b";
  CHECK(ps_table({{row}}, {.width = 80}) ==
        header + "web.1         up for 2s           a\\x0ab\\x1b\n");
}

TEST_CASE("for programs a process is an object") {
  auto object = json::parse(ps_json({web()}))[0];
  CHECK(object["process"] == "web.1");
  CHECK(object["type"] == "web");
  CHECK(object["number"] == 1);
  CHECK(object["pid"] == 42);
  CHECK(object["state"] == "up");
  CHECK(object["since"] == "2023-11-14T22:13:20.000000+00:00");
  CHECK(object["restarts"] == 3);
  CHECK(object["port"] == 5000);
  CHECK(object["last_exit"] == 143);
  CHECK(object["command"] == "node web.js");
  CHECK(object["note"].is_null());
}

TEST_CASE("what a process does not have is null, and odd bytes do not break the JSON") {
  auto row = web();
  row.pid.reset();
  row.command = "\xff";
  auto object = json::parse(ps_json({row}))[0];
  CHECK(object["pid"].is_null());
  CHECK(object["command"] == "\xEF\xBF\xBD");
  CHECK(ps_json({}) == "[]\n");
}
