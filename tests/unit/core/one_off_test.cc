// The files and resources of a one-off, its time, and a one-off inside another process.
#include "stage.h"

using namespace muster;
using Lines = Stage::Lines;

TEST_CASE("a one-off is isolated, unless it is to be shared or the files say so") {
  AppModel model = shop();
  Stage stage({}, model);
  stage.ask(detached({"a"}));
  CHECK(stage.launch("run.1").surroundings.isolate == true);
  RunRequest shared = detached({"b"});
  shared.shared = true;
  stage.ask(shared);
  CHECK(stage.launch("run.2").surroundings.isolate == false);

  model.one_offs.surroundings.isolate = false;
  Stage without({}, model);
  without.ask(detached({"a"}));
  CHECK(without.launch("run.1").surroundings.isolate == false);
}

TEST_CASE("what a one-off may use is said with it, else in the files") {
  Stage stage({});
  RunRequest request = detached({"a"});
  request.memory = 1 << 20;
  request.cpu = 50;
  stage.ask(request);
  const Surroundings& surroundings = stage.launch("run.1").surroundings;
  CHECK(surroundings.quotas.memory == Quotas::Bytes{1 << 20});
  CHECK(surroundings.quotas.cpu == Quotas::CorePercents{50});
  CHECK(surroundings.disk == Quotas::Bytes{Surroundings::usual_disk});
}

TEST_CASE("a one-off whose time is over is stopped") {
  Stage stage({});
  RunRequest request = detached({"a"});
  request.timeout = 3s;
  stage.ask(request);
  stage.launched("run.1");
  stage.pass(2900ms);
  CHECK(stage.signals().empty());
  stage.pass(200ms);
  CHECK(stage.signals() == Lines{"run.1 15"});
}

TEST_CASE("hung up on before its time is over, a one-off has until the grace is over") {
  Stage stage({});
  RunRequest request = attached({"a"});
  request.timeout = 60s;
  stage.ask(request);
  stage.launched("run.1");
  stage.tell(ClientLost{"c"});
  CHECK(stage.signals() == Lines{"run.1 1"});
  stage.tell(ClientLost{"c"});
  stage.pass(11s);
  CHECK(stage.signals() == Lines{"run.1 15"});
}

TEST_CASE("a command in the midst of a process is told where that one is") {
  Stage stage({{"worker", 1}});
  stage.launched("worker.1", 42);
  RunRequest request = attached({"sh"});
  request.inside = "worker.1";
  stage.ask(request);
  const Launch& launch = stage.launch("run.1");
  REQUIRE(launch.inside);
  CHECK(launch.inside->identity.pid == 42);
  CHECK_FALSE(launch.inside->is_isolated);
  CHECK(launch.surroundings.isolate == false);

  request.inside = "worker.7";
  const auto id = stage.ask(request);
  CHECK(stage.reply<RefusedReply>(id).message == "No such process as worker.7; there are worker.1");
}
