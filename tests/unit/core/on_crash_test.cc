// `on_crash`: a command is told of each crash, one at a time of each type.
#include "stage.h"

using namespace muster;
using Lines = Stage::Lines;

namespace {

AppModel telling(const char* command = "tell") {
  AppModel model = model_of({{"web", "serve"}, {"worker", "work \"a\""}, {"quiet", "q"}});
  model.types[0].settings.restarting.on_crash = CrashCommand{command};
  model.types[1].settings.restarting.on_crash = CrashCommand{"tell"};
  return model;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a crash launches the command, which is told of it") {
  Stage stage({{"worker", 1}}, telling());
  stage.launched("worker.1", 77);
  stage.crashes("worker.1");
  const Launch& told = stage.launch("on_crash.1");
  CHECK(told.command == "tell");
  CHECK_FALSE(told.of_formation);
  CHECK(told.surroundings.isolate == false);
  const std::string& json = told.input;
  CHECK(has(json, R"json("process": "worker.1", "type": "worker")json"));
  CHECK(has(json, R"json("command": "work \u0022a\u0022")json"));
  CHECK(has(json, R"json("pid": 77, "status": 1, "reason": "crashed (exit 1)")json"));
  CHECK(has(json, R"json("crashes_in_a_row": 1, "retry_in_seconds": 0)json"));
  CHECK(has(json, R"json("release": 0, "count": 1})json"));
  // The process itself does not wait for it.
  CHECK(stage.state("worker.1") == "starting");
  stage.fails("worker.1");
  CHECK(stage.launches() == 3);
  stage.launched("on_crash.1");
  stage.exits("on_crash.1");
  stage.gone("on_crash.1");
  const std::string second = stage.launch("on_crash.2").input;
  CHECK(has(second, R"json("pid": null, "status": null, "reason": "exec sh: No such file)json"));
  CHECK(has(second, R"json("retry_in_seconds": 10)json"));
}

TEST_CASE("crashes that come while it runs are told of together, once it has ended") {
  Stage stage({{"web", 4}}, telling());
  for (auto process : {"web.1", "web.2", "web.3", "web.4"}) stage.comes_up(process);
  for (auto process : {"web.1", "web.2", "web.3", "web.4"}) stage.crashes(process);
  CHECK(has(stage.launch("on_crash.1").input, R"json("process": "web.1")json"));
  stage.launched("on_crash.1");
  stage.is_killed();
  stage.exits("on_crash.1");
  stage.gone("on_crash.1");
  CHECK(has(stage.launch("on_crash.2").input, R"json("process": "web.4")json"));
  CHECK(has(stage.launch("on_crash.2").input, R"json("count": 3})json"));
}

TEST_CASE("a command that fails is said, and one that takes too long is ended") {
  Stage stage({{"web", 1}}, telling());
  stage.comes_up("web.1");
  stage.crashes("web.1");
  stage.launched("on_crash.1");
  stage.clear();
  stage.exits("on_crash.1", 3);
  stage.gone("on_crash.1");
  const Lines lines = stage.lines();
  CHECK(std::count(lines.begin(), lines.end(),
                   "on_crash.1: on_crash of web has failed: ended with status 3") == 1);
  stage.comes_up("web.1");
  stage.crashes("web.1");
  stage.launched("on_crash.2");
  stage.clear();
  stage.pass(1min);
  CHECK(stage.signals() == Lines{"on_crash.2 15"});
}

TEST_CASE("without a command, or with an empty one, nothing is launched") {
  Stage stage({{"web", 1}, {"quiet", 1}}, telling(""));
  stage.comes_up("web.1");
  stage.crashes("web.1");
  stage.launched("quiet.1");
  stage.crashes("quiet.1");
  CHECK(stage.launches() == 4);
}

TEST_CASE("what was stopped or restarted has not crashed") {
  Stage stage({{"worker", 1}}, telling());
  stage.launched("worker.1");
  stage.ask(RestartRequest{{"worker"}});
  stage.dies("worker.1", SIGTERM);
  stage.gone("worker.1");
  stage.launched("worker.1");
  stage.ask(StopRequest{{"worker"}});
  stage.dies("worker.1", SIGTERM);
  stage.gone("worker.1");
  CHECK(stage.launches() == 2);
}

TEST_CASE("a run of a schedule that fails is a crash too") {
  AppModel model = telling();
  model.types[1].settings.cron = *Schedule::parse("@hourly");
  Stage stage({{"web", 0}}, model);
  stage.pass(1h);
  stage.launched("worker.1");
  stage.crashes("worker.1");
  CHECK(has(stage.launch("on_crash.2").input, R"json("process": "worker.1")json"));
}
