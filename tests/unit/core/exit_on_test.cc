// An app that ends with a process: `exit_on` says of which type.
#include <algorithm>

#include "stage.h"

using namespace muster;
using Lines = Stage::Lines;

namespace {

Stage begun(uint32_t workers = 1, Restarting restarting = {}) {
  AppModel model = shop();
  model.types[1].settings.restarting = std::move(restarting);
  CoreOptions options;
  options.exit_on = "worker";
  Stage stage({{"web", 1}, {"worker", workers}}, model, options);
  stage.comes_up("web.1");
  return stage;
}

Stage running(uint32_t workers = 1, Restarting restarting = {}) {
  Stage stage = begun(workers, std::move(restarting));
  for (uint32_t number = 1; number <= workers; ++number)
    stage.comes_up("worker." + std::to_string(number));
  stage.clear();
  return stage;
}

bool runs_on(const Stage& stage) { return !stage.finished(); }

}  // namespace

TEST_CASE("the app ends with its process, in order and with its status") {
  Stage stage = running();
  stage.exits("worker.1", 3);
  CHECK(stage.signals().back() == "web.1 15");
  const Lines lines = stage.lines();
  const std::string said = "api: worker.1: ended with status 3, and so the app ends";
  CHECK(std::count(lines.begin(), lines.end(), said) == 1);
  stage.gone("worker.1");
  CHECK_FALSE(stage.finished());
  stage.exits("web.1", 0);
  stage.gone("web.1");
  CHECK(stage.finished() == 3);
  CHECK(stage.saved().empty());
}

TEST_CASE(
    "success is success, a signal is told as a shell does, and what is not known is neither") {
  Stage well = running(), killed = running(), unknown = running();
  well.exits("worker.1", 0);
  killed.dies("worker.1", SIGKILL);
  unknown.tell(Exited{unknown.launch_of("worker.1"), {}, false});
  for (Stage* stage : {&well, &killed, &unknown}) {
    stage->gone("worker.1");
    stage->gone("web.1");
  }
  CHECK(well.finished() == 0);
  CHECK(killed.finished() == 137);
  CHECK(unknown.finished() == 255);
}

TEST_CASE("the first of several decides") {
  Stage stage = running(2);
  stage.exits("worker.2", 4);
  stage.exits("worker.1", 5);
  for (auto* name : {"worker.1", "worker.2", "web.1"}) stage.gone(name);
  CHECK(stage.finished() == 4);
}

TEST_CASE("whatever its table says of starting it again") {
  Stage stage = running(1, {Restart::on_failure});
  stage.exits("worker.1", 7);
  stage.gone("worker.1");
  stage.gone("web.1");
  CHECK(stage.finished() == 7);
  CHECK(stage.launches() == 2);
}

TEST_CASE("a program that cannot be started has failed, with the status that a shell gives") {
  Stage stage = begun();
  stage.fails("worker.1", "exec work", ENOENT);
  CHECK(stage.launches() == 2);
  stage.gone("web.1");
  CHECK(stage.finished() == 127);
}

TEST_CASE("what it leaves behind is ended with the rest") {
  Stage stage = running();
  stage.exits("worker.1", 2, true);
  CHECK(stage.signals() == Lines{"worker.1 15 all", "web.1 15"});
  stage.gone("worker.1");
  stage.gone("web.1");
  CHECK(stage.finished() == 2);
}

TEST_CASE("a process that is told to end, or to begin anew, has not ended by itself") {
  Stage stage = running(2);
  stage.ask(RestartRequest{{"worker.1"}});
  stage.crashes("worker.1");
  stage.comes_up("worker.1");
  stage.ask(StopRequest{{"worker.1"}});
  stage.crashes("worker.1");
  stage.ask(ScaleRequest{{"worker=1"}});
  stage.crashes("worker.2");
  stage.crashes("web.1");
  CHECK(runs_on(stage));
  CHECK(stage.state("web.1") == "starting");
}

TEST_CASE("a one-off of its kind does not count") {
  Stage stage = running();
  stage.ask(detached({"worker"}));
  stage.launched("run.1");
  stage.exits("run.1", 1);
  stage.gone("run.1");
  CHECK(runs_on(stage));
  CHECK(stage.state("worker.1") == "up");
}

TEST_CASE("who ends the app before has it end well") {
  Stage stage = running();
  stage.tell(Signalled{SIGINT});
  stage.exits("worker.1", 3);
  stage.gone("worker.1");
  stage.gone("web.1");
  CHECK(stage.finished() == 0);
}

TEST_CASE("a successor ends with the same status; a start by hand begins anew") {
  Stage stage = running();
  stage.exits("worker.1", 3);
  stage.gone("worker.1");
  SECTION("a successor") {
    stage.is_killed();
    stage.gone("web.1");
    CHECK(stage.finished() == 3);
  }
  SECTION("a start by hand") {
    stage.is_killed(true);
    stage.gone("web.1");
    CHECK_FALSE(stage.finished());
    stage.comes_up("worker.1");
    stage.tell(Signalled{SIGTERM});
    stage.gone("worker.1");
    stage.gone("web.1");
    CHECK(stage.finished() == 0);
  }
}
