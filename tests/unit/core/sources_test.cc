// The files that a type watches have changed: its processes are restarted.
#include "stage.h"

using namespace muster;
using Lines = Stage::Lines;

TEST_CASE("files that changed restart a type in turn, and no other type") {
  Stage stage({{"web", 2}, {"worker", 1}}, shop());
  for (auto process : {"web.1", "web.2", "worker.1"}) stage.comes_up(process);
  stage.clear();
  stage.tell(SourcesChanged{"web", "src/a.js and 1 more"});
  CHECK(stage.lines().front() == "api: Restart web: src/a.js and 1 more changed");
  CHECK(stage.signals() == Lines{"web.1 15"});
  stage.dies("web.1", SIGTERM);
  stage.gone("web.1");
  stage.comes_up("web.1");
  CHECK(stage.signals() == Lines{"web.2 15"});
  CHECK(stage.state("worker.1") == "up");
}

TEST_CASE("a successor goes on with a restart that changed files have begun") {
  Stage stage({{"web", 2}}, shop());
  for (auto process : {"web.1", "web.2"}) stage.comes_up(process);
  stage.tell(SourcesChanged{"web", "a"});
  stage.is_killed();
  stage.dies("web.1", SIGTERM);
  stage.gone("web.1");
  stage.comes_up("web.1");
  stage.clear();
  stage.pass(1s);
  CHECK(stage.state("web.2") == "stopping");
}

TEST_CASE("a process that crashed is launched at once, and one that was stopped stays so") {
  Stage stage({{"web", 1}, {"worker", 1}}, shop());
  stage.launched("web.1");
  stage.crashes("web.1");
  stage.launched("web.1");
  stage.crashes("web.1");
  CHECK(stage.state("web.1") == "crashed");
  stage.tell(SourcesChanged{"web", "a"});
  CHECK(stage.state("web.1") == "starting");
  stage.comes_up("worker.1");
  stage.ask(StopRequest{{"worker.1"}});
  stage.dies("worker.1", SIGTERM);
  stage.gone("worker.1");
  stage.tell(SourcesChanged{"worker", "a"});
  CHECK(stage.state("worker.1") == "down");
  stage.tell(SourcesChanged{"nothing", "a"});
}
