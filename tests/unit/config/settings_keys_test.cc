// Every key of muster.toml by a row of one table: what it takes, what it refuses and in which
// words, and when a change of it is in force. A key without a row fails, and so does a row without
// a key.
#include "daemon/config/settings_keys.h"

#include <catch2/catch.hpp>
#include <map>

#include "daemon/config/settings_file.h"

#include "tests/unit/config/settings_stage.h"

using namespace muster;

namespace {

struct Wrong {
  std::string value, message;
};
struct Row {
  std::string value;  // as it is written
  bool at_start;      // a change of it restarts
  std::vector<Wrong> wrong;
};

const std::string quoted = "must be a text in quotes";
const std::string duration =
    "must be a whole number of seconds, or a duration such as \"500ms\" or \"1m30s\"";

const std::map<std::string, Row> rows = {
    {"backoff",
     {"{ base = '1s', cap = '1m' }",
      false,
      {{"3", "must be \"heroku\", or a table such as { base = \"10s\", cap = \"10m\" }"},
       {"{ base = '0ms' }", "needs a base of 1ms at least and a cap that is not below it"}}}},
    {"boot_timeout",
     {"'20s'",
      false,
      {{"true", duration},
       {"0", "must be longer than 0; without it nothing is killed"},
       {"'0s'", "must be longer than 0; without it nothing is killed"}}}},
    {"core", {"'64K'", true, {{"'64KB'", "'64KB' is not a limit, did you mean \"64K\"?"}}}},
    {"cpu",
     {"1.5",
      true,
      {{"'1.5'", "must be a number of processors such as 0.5 or 2, without quotes"},
       {"nan", "must be a number of processors such as 0.5 or 2"}}}},
    {"cron",
     {"'0 4 * * *'",
      false,
      {{"4", quoted + ": \"4\""}, {"'0 25 * * *'", "'25' is no hour (0 to 23)"}}}},
    {"directory", {"'site'", true, {{"''", "is empty"}}}},
    {"disk",
     {"'200M'",
      true,
      {{"'200MB'", "'200MB' is not a size, did you mean \"200M\"?"},
       {"0", "must be a size such as \"512M\""}}}},
    {"env",
     {"{ A = 'b' }",
      true,
      {{"'A=b'", "must be a table of variables, such as { QUEUE = \"urgent\" }"},
       {"{ A = 1 }", "A: must be a text in quotes: \"1\""},
       {"{ PORT = '1' }",
        "PORT is given by muster; the first one is set by musterd -p, or PORT in .env"}}}},
    {"give_up",
     {"{ crashes = 5 }",
      false,
      {{"5", "must be a table such as { crashes = 5, within = \"10m\" }"},
       {"{ crashes = 101 }", "crashes: must be a whole number from 1 to 100"},
       {"{ crashes = 1, within = 0 }", "within: must be longer than 0"}}}},
    {"grace",
     {"'5s'",
      false,
      {{"5.0", duration},
       {"'5 s'", "'5 s' is not a duration, such as \"500ms\", \"5s\" or \"1m30s\""}}}},
    {"group", {"'staff'", true, {{"1000", quoted + ": \"1000\""}, {"''", "is empty"}}}},
    {"health",
     {"'http:/up'",
      false,
      {{"''", "'' is none of \"port\", \"exec:COMMAND\" and \"http:/PATH\""},
       {"'http:up'", "'up' is no path that begins with / and has no blanks"},
       {"{ check = 'port', failures = 0 }", "failures: must be a whole number from 1 to 1000"},
       {"{ check = 'port', timeout = '1ms' }", "every and timeout must be 100ms at least"}}}},
    {"isolate", {"true", true, {{"'true'", "must be true or false, without quotes"}}}},
    {"kill", {"'tree'", false, {{"'group'", "'group' is neither \"tree\" nor \"leader\""}}}},
    {"line_rate",
     {"1000", true, {{"0", "must be a whole number of lines a second, from 1 to 1000000000"}}}},
    {"listen",
     {"'8080'",
      true,
      {{"8080", quoted + ": \"8080\""},
       {"'70000'",
        "'70000' is not an address, such as \"8080\", \"127.0.0.1:8080\", \"[::1]:8080\" or "
        "\"unix:tmp/web.sock\""}}}},
    {"max_age", {"'1d'", false, {{"'1ms'", "must be a second at least"}}}},
    {"max_memory",
     {"'500M'",
      false,
      {{"'unlimited'", "must be a size such as \"512M\"; without it there is no limit"}}}},
    {"memory",
     {"'512M'",
      true,
      {{"'512MB'", "'512MB' is not a size, did you mean \"512M\"?"},
       {"-1", "'-1' is not a size, such as 1024 or \"64K\""}}}},
    {"needs",
     {"['worker']",
      false,
      {{"'worker'", "must be a list such as [\"db\", \"migrate:completed\"]"},
       {"['worker:up']",
        "'worker:up' is not of the form \"TYPE\", \"TYPE:started\", \"TYPE:ready\" or "
        "\"TYPE:completed\""},
       {"['worker:completed']",
        "worker is started again whenever it ends and never completes: it needs restart = "
        "\"on-failure\" or \"never\""}}}},
    {"nice", {"5", true, {{"'5'", "must be a whole number from -20 to 19, without quotes"}}}},
    {"nofile",
     {"1024", true, {{"'many'", "'many' is not a limit, such as 1024, \"64K\" or \"unlimited\""}}}},
    {"on_crash",
     {"'bin/tell'", false, {{"7", quoted + ": \"7\""}, {"true", quoted + ": \"true\""}}}},
    {"oom_score", {"-10", true, {{"1001", "must be a whole number from -1000 to 1000"}}}},
    {"pids", {"100", true, {{"0", "must be a whole number from 1 to 4194304"}}}},
    {"ready",
     {"'http:/up'",
      true,
      {{"true", quoted + ": \"true\""},
       {"'soon'",
        "'soon' is none of \"port\", \"notify\", \"none\", \"delay:3s\", \"exec:COMMAND\", "
        "\"http:/PATH\", \"log:PATTERN\" and \"accept\""},
       {"'log:(a)\\1'", "'(a)\\1' refers back by \\1, which may take for ever"}}}},
    {"restart",
     {"'never'", false, {{"'no'", "'no' is none of \"always\", \"on-failure\" and \"never\""}}}},
    {"roll", {"2", false, {{"0", "must be a whole number from 1 to 4096"}}}},
    {"signal",
     {"'INT'", false, {{"'STOP'", "'STOP' cannot be caught"}, {"2", quoted + ": \"2\""}}}},
    {"singleton", {"true", false, {{"1", "must be true or false"}}}},
    {"success",
     {"[0, 3]",
      false,
      {{"0", "must be a list of exit statuses, such as [0, 3]"},
       {"[256]", "must be a list of exit statuses, 0 to 255"}}}},
    {"tty", {"true", true, {{"'yes'", "must be true or false, without quotes"}}}},
    {"umask",
     {"'027'",
      true,
      {{"22", "must be octal digits in quotes, as \"027\""},
       {"'9'", "'9' is not a mask of octal digits, such as \"027\""}}}},
    {"user", {"'www-data'", true, {{"1000", quoted + ": \"1000\""}}}},
    {"watch",
     {"['src', 'config.yml']",
      false,
      {{"'src'", "must be a list of directories and files, such as [\"src\"]"},
       {"[]", "must be a list of directories and files, such as [\"src\"]"},
       {"[7]", quoted + ": \"7\""},
       {"['']", "an empty text is no path"},
       {"['src/*.js']",
        "'src/*.js' is a pattern: name a directory, of which all is watched that git does not "
        "ignore"}}}},
    {"watchdog", {"'30s'", true, {{"0", "must be a second at least"}}}},
};

}  // namespace

TEST_CASE("every key has a row, and every row is of a key") {
  std::vector<std::string> keys, written;
  Settings any;
  for_each_key([&](Key key, auto&) { keys.emplace_back(key.name); }, any);
  for (auto& [key, row] : rows) written.push_back(key);
  CHECK(keys == written);
}

TEST_CASE("a right value is taken, and a change to it is in force when its row says") {
  for (auto& [key, row] : rows) {
    INFO(key);
    AppModel model = shop();
    const auto found = take_settings("[web]\n" + key + " = " + row.value + "\n", "f", model);
    CHECK(texts_of(found.errors).empty());
    CHECK(texts_of(found.warnings).empty());
    const auto changed = changed_keys({}, model.types[0].settings);
    CHECK(changed.at_start == (row.at_start ? Texts{key} : Texts{}));
    CHECK(changed.at_once == (row.at_start ? Texts{} : Texts{key}));
    CHECK(changed_keys(model.types[0].settings, model.types[0].settings).at_once.empty());
  }
}

TEST_CASE("a wrong value is refused on the line where it stands, in every table") {
  for (auto& [key, row] : rows)
    for (auto& [value, message] : row.wrong) {
      INFO(key << " = " << value);
      const std::string said = ": " + key + ": " + message;
      CHECK(texts_of(outcome_of("[web]\n" + key + " = " + value + "\n").errors) ==
            Texts{"muster.toml:2" + said});
      if (key == "needs" || key == "boot_timeout") continue;  // judged where they come together
      CHECK(texts_of(outcome_of("[run]\n" + key + " = " + value + "\n").errors) ==
            Texts{"muster.toml:2" + said});
      CHECK(texts_of(outcome_of("[app]\n\n" + key + " = " + value + "\n").errors) ==
            Texts{"muster.toml:3" + said});
    }
}

TEST_CASE("each key is refused with a value of every other kind") {
  for (auto& [key, row] : rows)
    for (auto* value : {"1979-05-27", "[[1]]", "{ x = { y = 1 } }", "[]", "inf"}) {
      INFO(key << " = " << value);
      const bool is_list = key == "needs" || key == "success";
      if (is_list && std::string(value) == "[]") continue;
      const auto errors = outcome_of("[web]\n" + key + " = " + value + "\n").errors;
      CHECK(errors.size() == 1);
    }
}
