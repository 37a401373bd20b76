// How the command lines of verbs are read.
#include <catch2/catch.hpp>

#include "ctl/run_options.h"
#include "ctl/verbs/verb.h"

using namespace muster;

namespace {

bool accepts(std::string_view name, std::vector<std::string> words) {
  auto& row = *find_verb(name);
  auto verb = row.make();
  Options options = head_of(row);
  verb->add_options(options);
  return !options.parse(std::move(words));
}

std::vector<std::string> command_of(std::vector<std::string> words) {
  Options options("", "ctl run");
  RunOptions run;
  bool detach = false;
  options.flag("-d,--detach", detach, "");
  run.add_to(options);
  CHECK_FALSE(options.parse(std::move(words)));
  return run.command;
}

}  // namespace

TEST_CASE("changes of the formation are words, whatever sign they have") {
  CHECK(accepts("scale", {"web=2", "worker+1", "clock-1"}));
  CHECK(accepts("scale", {}));
  CHECK_FALSE(accepts("scale", {"--what"}));
}

TEST_CASE("stop and start want a name, restart does not") {
  CHECK_FALSE(accepts("stop", {}));
  CHECK_FALSE(accepts("start", {}));
  CHECK(accepts("restart", {}));
  CHECK(accepts("stop", {"web", "worker.1", "--timeout", "5"}));
}

TEST_CASE("a timeout is a number of seconds from 0 on") {
  CHECK(accepts("restart", {"--timeout", "0.5"}));
  CHECK_FALSE(accepts("restart", {"--timeout", "-1"}));
  CHECK_FALSE(accepts("restart", {"--timeout", "soon"}));
}

TEST_CASE("options of logs") {
  CHECK(accepts("logs", {"-n", "5", "-t", "-p", "web", "-p", "worker.1", "-s", "app", "--json"}));
  CHECK(accepts("logs", {"--since", "10m", "--until", "5m", "--from", "17", "--no-color"}));
  CHECK_FALSE(accepts("logs", {"-n", "many"}));
  CHECK_FALSE(accepts("logs", {"-n", "-1"}));
  CHECK_FALSE(accepts("logs", {"-s", "heroku"}));
  CHECK_FALSE(accepts("logs", {"-t", "--until", "5m"}));
  CHECK(accepts("logs", {"-f", "-p", "web", "worker"}));
}

TEST_CASE("a one-off's command is taken verbatim from its first word on") {
  using Words = std::vector<std::string>;
  CHECK(command_of({"ls", "-la", "--help"}) == Words{"ls", "-la", "--help"});
  CHECK(command_of({"-e", "A=1", "env", "-e", "-d"}) == Words{"env", "-e", "-d"});
  CHECK(command_of({"-d", "--", "--odd", "--", "x"}) == Words{"--", "--odd", "--", "x"});
  CHECK(command_of({"printf", "", "--", "-a"}) == Words{"printf", "", "--", "-a"});
}
