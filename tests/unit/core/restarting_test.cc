// The fate of a process that has ended by itself, as muster.toml has it.
#include "stage.h"

using namespace muster;
using Lines = Stage::Lines;

namespace {

Stage running(Restarting restarting) {
  AppModel model = shop();
  model.types[1].settings.restarting = std::move(restarting);
  Stage stage({{"worker", 1}}, model);
  stage.comes_up("worker.1");
  stage.clear();
  return stage;
}

void ends(Stage& stage, int status) {
  stage.exits("worker.1", status);
  stage.gone("worker.1");
}

}  // namespace

TEST_CASE("a task that is to be started again on failure is complete when it succeeds") {
  Stage stage = running({Restart::on_failure});
  ends(stage, 0);
  CHECK(stage.lines() == Lines{"worker.1: Process exited with status 0",
                               "worker.1: State changed from up to complete"});
  CHECK(stage.launches() == 1);
  CHECK_FALSE(stage.has_deadline());
  CHECK(stage.row("worker.1").last_exit == 0);
  CHECK(stage.reply<StatusReply>(stage.ask(StatusRequest{})).processes == 0);
}

TEST_CASE("and is started again when it does not") {
  Stage stage = running({Restart::on_failure, {0, 3}});
  ends(stage, 1);
  CHECK(stage.state("worker.1") == "starting");
  stage.launched("worker.1");
  ends(stage, 3);
  CHECK(stage.state("worker.1") == "complete");
}

TEST_CASE("an exit that nobody saw is no success") {
  Stage stage = running({Restart::on_failure});
  stage.tell(Exited{stage.launch_of("worker.1"), {}, false});
  stage.gone("worker.1");
  CHECK(stage.state("worker.1") == "starting");
}

TEST_CASE("what a task leaves behind is ended before it is complete") {
  Stage stage = running({Restart::on_failure});
  stage.exits("worker.1", 0, true);
  CHECK(stage.signals() == Lines{"worker.1 15 all"});
  CHECK(stage.state("worker.1") == "complete");
  stage.ask(StartRequest{{"worker.1"}});
  CHECK(stage.launches() == 1);
  stage.gone("worker.1");
  CHECK(stage.launches() == 2);
}

TEST_CASE("a process that is never started again fails, and says how it can be") {
  Stage stage = running({Restart::never});
  ends(stage, 1);
  CHECK(stage.lines() ==
        Lines{"worker.1: Process exited with status 1",
              "worker.1: State changed from up to crashed",
              "worker.1: State changed from crashed to failed",
              "worker.1: It is not to be started again by itself; ctl start worker.1 tries again"});
  CHECK_FALSE(stage.has_deadline());
  CHECK(stage.row("worker.1").note == "not tried again before ctl start worker.1");
  const auto status = stage.reply<StatusReply>(stage.ask(StatusRequest{}));
  CHECK(status.alarms == Lines{"has failed: worker.1"});
}

TEST_CASE("so does one that cannot even be started") {
  AppModel model = shop();
  model.types[1].settings.restarting.when = Restart::never;
  Stage stage({{"worker", 1}}, model);
  stage.fails("worker.1");
  CHECK(stage.state("worker.1") == "failed");
}

TEST_CASE("a stop is not a success and not a failure") {
  for (Restart when : {Restart::on_failure, Restart::never}) {
    Stage stage = running({when});
    stage.ask(StopRequest{{"worker.1"}});
    ends(stage, 0);
    CHECK(stage.state("worker.1") == "down");
  }
}

TEST_CASE("a process that crashes too often is given up") {
  Restarting restarting;
  restarting.give_up = GiveUp{3, 1min};
  Stage stage = running(restarting);
  ends(stage, 1);
  stage.launched("worker.1");
  ends(stage, 1);
  stage.pass(10s);
  stage.launched("worker.1");
  stage.lines();
  ends(stage, 1);
  CHECK(stage.lines()[3] ==
        "worker.1: Giving up after 3 crashes within 60 seconds; ctl start worker.1 tries again");
  CHECK_FALSE(stage.has_deadline());
  stage.ask(StartRequest{{"worker.1"}});
  stage.launched("worker.1");
  ends(stage, 1);
  CHECK(stage.state("worker.1") == "starting");  // earlier crashes are forgotten
}

TEST_CASE("crashes that are further back than the limit's time do not count") {
  Restarting restarting;
  restarting.give_up = GiveUp{2, 1min};
  Stage stage = running(restarting);
  for (int i = 0; i < 5; i++) {
    stage.pass(61s);
    ends(stage, 1);
    stage.pass(10min);
    stage.launched("worker.1");
  }
  CHECK(stage.state("worker.1") == "up");
}

TEST_CASE("a type has its own back-off") {
  Restarting restarting;
  restarting.backoff = Backoff{1s, 3s};
  Stage stage = running(restarting);
  for (Nanos wait : std::vector<Nanos>{0s, 1s, 2s, 3s, 3s}) {
    const size_t before = stage.launches();
    ends(stage, 1);
    if (wait > 0s) {
      stage.pass(wait - 1ms);
      CHECK(stage.launches() == before);
      stage.pass(1ms);
    }
    CHECK(stage.launches() == before + 1);
    stage.launched("worker.1");
  }
}

TEST_CASE("a reload wakes nobody who is complete, and tries again who has failed") {
  AppModel model = shop();
  model.types[1].settings.restarting.when = Restart::never;
  Stage stage({{"worker", 2}}, model);
  for (auto name : {"worker.1", "worker.2"}) stage.comes_up(name);
  ends(stage, 0);
  stage.exits("worker.2", 1);
  stage.gone("worker.2");
  model.types[1].command = "toil";
  stage.ask(ReloadRequest{});
  stage.tell(ModelRead{model});
  CHECK(stage.formation() == "worker.1 complete, worker.2 starting");
}

TEST_CASE("a singleton is not scaled beyond one") {
  AppModel model = model_of({{"clock", "tick"}});
  Stage stage({{"clock", 3}}, model);
  CHECK(stage.formation() == "clock.1 starting");
  const std::string refusal = stage.refusal(stage.ask(ScaleRequest{{"clock=2"}}));
  CHECK(refusal ==
        "clock would be at 2; a singleton should never be scaled beyond a single process: both "
        "would try to do the same work, and create duplicate records or events (singleton = false "
        "in muster.toml lifts this)");
  CHECK(stage.formation() == "clock.1 starting");
  model.types[0].settings.singleton = false;
  stage.ask(ReloadRequest{});
  stage.tell(ModelRead{model});
  CHECK(stage.formation() == "clock.1 starting, clock.2 starting, clock.3 starting");
  stage.reply<ScaleReply>(stage.ask(ScaleRequest{{"clock=2"}}));
  CHECK(stage.formation() == "clock.1 starting, clock.2 starting, clock.3 stopping");
  model.types[0].settings.singleton = true;
  stage.ask(ReloadRequest{});
  stage.tell(ModelRead{model});
  CHECK(stage.formation() == "clock.1 starting, clock.2 stopping, clock.3 stopping");
}
