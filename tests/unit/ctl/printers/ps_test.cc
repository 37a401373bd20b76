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
  CHECK(ps_table({}, 80) == header);
  CHECK(ps_table({web()}, 80) == header + "web.1         up for 2s           node web.js\n");
}

TEST_CASE("what a process uses stands between its state and its command") {
  auto row = web();
  row.cpu_ms = 61'250;
  row.memory_bytes = 3 << 19;
  CHECK(ps_usage_table({row, web()}, 80) ==
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
  CHECK(ps_table({row}, 70) == header +
                                   "a-very-long-name.1  up for 2s           "
                                   "123456789 123456789 123456789 1234..\n");
  CHECK(ps_table({row}, 71).ends_with(row.command + "\n"));
  row.command.pop_back();
  CHECK(ps_table({row}, 40).ends_with(row.command + "\n"));
}

TEST_CASE("a command cannot forge a row") {
  auto row = web();
  row.command = "a\nb\x1b";
  CHECK(ps_table({row}, 80) == header + "web.1         up for 2s           a\\x0ab\\x1b\n");
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
