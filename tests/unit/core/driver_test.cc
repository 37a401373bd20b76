// Stories of single processes: which lines, signals and states follow from what happens to them.
#include "stage.h"

using namespace muster;
using Lines = Stage::Lines;

TEST_CASE("a worker is up as soon as exec has succeeded") {
  Stage stage({{"worker", 1}});
  CHECK(stage.lines() == Lines{"worker.1: State changed from down to starting",
                               "worker.1: Starting process with command `work`"});
  stage.launched("worker.1", 13999);
  CHECK(stage.lines() ==
        Lines{"worker.1: started with pid 13999", "worker.1: State changed from starting to up"});
  CHECK(stage.state("worker.1") == "up");
  CHECK_FALSE(stage.has_deadline());
}

TEST_CASE("a web process is up when something listens on its port") {
  Stage stage({{"web", 1}});
  CHECK(stage.lines()[1] == "web.1: Starting process with command `serve -p 5000`");
  stage.launched("web.1");
  CHECK(stage.watched() == Lines{"web.1 5000"});
  CHECK(stage.state("web.1") == "starting");
  stage.lines();
  stage.listens("web.1");
  CHECK(stage.lines() == Lines{"web.1: State changed from starting to up"});
  CHECK_FALSE(stage.has_deadline());
}

TEST_CASE("a web process that does not listen in time says R10 once and counts as up") {
  Stage stage({{"web", 1}});
  stage.launched("web.1");
  stage.lines();
  stage.pass(60s);
  CHECK(stage.lines() == Lines{"web.1: Error R10 (Boot timeout) -> Web process failed to bind to "
                               "$PORT within 60 seconds of launch",
                               "web.1: State changed from starting to up"});
  CHECK(stage.records().back().kind == RecordKind::state);
  stage.pass(24h);
  stage.listens("web.1");
  CHECK(stage.lines().empty());
  CHECK(stage.signals().empty());
}

TEST_CASE("a process that is told to stop goes down when all of it is gone") {
  Stage stage({{"worker", 1}});
  stage.comes_up("worker.1");
  stage.clear();
  const auto id = stage.ask(StopRequest{{"worker.1"}});
  CHECK(stage.lines() == Lines{"api: Stop worker.1 by adam@box",
                               "worker.1: State changed from up to stopping",
                               "worker.1: Stopping all processes with SIGTERM"});
  CHECK(stage.signals() == Lines{"worker.1 15"});
  stage.dies("worker.1", SIGTERM);
  CHECK(stage.lines() == Lines{"worker.1: Process exited with status 143"});
  CHECK(stage.replies(id).empty());
  stage.gone("worker.1");
  CHECK(stage.lines() == Lines{"worker.1: State changed from stopping to down"});
  CHECK(stage.reply<DoneReply>(id).names == Lines{"worker.1"});
  CHECK_FALSE(stage.has_deadline());
}

TEST_CASE("a process that ignores SIGTERM is killed after the grace") {
  Stage stage({{"worker", 1}}, shop(), {.stop_grace = 3s});
  stage.comes_up("worker.1");
  stage.ask(StopRequest{{"worker"}});
  stage.clear();
  stage.pass(1500ms);
  CHECK(stage.signals() == Lines{"worker.1 15 all"});
  CHECK(stage.lines().empty());
  stage.pass(1500ms);
  CHECK(stage.lines() == Lines{"worker.1: Error R12 (Exit timeout) -> At least one process failed "
                               "to exit within 3 seconds of SIGTERM",
                               "worker.1: Stopping remaining processes with SIGKILL"});
  CHECK(stage.signals() == Lines{"worker.1 9"});
  CHECK(stage.records()[0].code == "R12");
  CHECK(stage.state("worker.1") == "stopping");
  stage.dies("worker.1", SIGKILL);
  stage.gone("worker.1");
  CHECK(stage.lines() == Lines{"worker.1: Process exited with status 137",
                               "worker.1: State changed from stopping to down"});
}

TEST_CASE("what outlives SIGKILL is killed again, ever less often, and said so") {
  Stage stage({{"worker", 1}});
  stage.comes_up("worker.1");
  stage.ask(StopRequest{{"worker"}});
  stage.pass(10s);
  stage.clear();
  stage.pass(5s);
  CHECK(stage.lines() == Lines{"worker.1: At least one process is still there 5 seconds after "
                               "SIGKILL, which is sent again"});
  stage.pass(10s);
  CHECK(stage.lines().size() == 1);
  CHECK(stage.signals() == Lines{"worker.1 9", "worker.1 9"});
  stage.pass(24h);
  CHECK(stage.lines().size() < 200);
}

TEST_CASE("any exit is a crash, also with status 0, and the first one restarts at once") {
  Stage stage({{"worker", 1}});
  stage.comes_up("worker.1");
  const LaunchId first = stage.launch_of("worker.1");
  stage.clear();
  stage.exits("worker.1", 0);
  CHECK(stage.lines() == Lines{"worker.1: Process exited with status 0",
                               "worker.1: State changed from up to crashed"});
  CHECK(stage.launch_of("worker.1") == first);
  stage.gone("worker.1");
  CHECK(stage.lines() == Lines{"worker.1: State changed from crashed to starting",
                               "worker.1: Starting process with command `work`"});
  CHECK(stage.launch_of("worker.1") > first);
  CHECK(stage.row("worker.1").restarts == 1);
  CHECK(stage.row("worker.1").last_exit == 0);
}

TEST_CASE("crashes in a row wait ever longer, up to the cap") {
  Stage stage({{"worker", 1}}, shop(), {.backoff_base = 10s, .backoff_cap = 60s});
  for (Nanos wait : std::vector<Nanos>{0s, 10s, 20s, 40s, 60s, 60s}) {
    stage.launched("worker.1");
    const size_t before = stage.launches();
    stage.crashes("worker.1");
    if (wait > 0s) {
      CHECK(stage.state("worker.1") == "crashed");
      stage.pass(wait - 1ns);
      CHECK(stage.launches() == before);
      stage.pass(1ns);
    }
    CHECK(stage.launches() == before + 1);
  }
}

TEST_CASE("a process that was up for long enough is forgiven its earlier crashes") {
  Stage stage({{"worker", 1}});
  for (int i = 0; i < 3; i++) {
    stage.launched("worker.1");
    stage.crashes("worker.1");
    stage.pass(20s);
  }
  stage.launched("worker.1");
  stage.pass(10min);
  stage.crashes("worker.1");
  CHECK(stage.state("worker.1") == "starting");
}

TEST_CASE("a launch that fails names the step and the error, and backs off") {
  Stage stage({{"worker", 1}});
  stage.clear();
  stage.fails("worker.1", "exec /srv/web", ENOENT);
  CHECK(stage.lines() ==
        Lines{"worker.1: Failed to start: exec /srv/web: No such file or directory",
              "worker.1: State changed from starting to crashed",
              "worker.1: State changed from crashed to starting",
              "worker.1: Starting process with command `work`"});
  CHECK(stage.records()[0].kind == RecordKind::error);
  stage.fails("worker.1", "exec /srv/web", EACCES);
  CHECK(stage.state("worker.1") == "crashed");
  CHECK(stage.row("worker.1").note ==
        "exec /srv/web: Permission denied; 2 crashes in a row, next launch in 10s");
  stage.pass(10s);
  stage.launched("worker.1");
  CHECK_FALSE(stage.row("worker.1").note);
}

TEST_CASE("what a crashed process leaves behind is ended before the next launch") {
  Stage stage({{"worker", 1}});
  stage.comes_up("worker.1");
  stage.clear();
  stage.exits("worker.1", 1, true);
  CHECK(stage.lines() == Lines{"worker.1: Process exited with status 1",
                               "worker.1: State changed from up to crashed",
                               "worker.1: Stopping remaining processes with SIGTERM"});
  CHECK(stage.signals() == Lines{"worker.1 15 all"});
  stage.pass(10s);
  CHECK(stage.signals() == Lines{"worker.1 9"});
  CHECK(stage.state("worker.1") == "crashed");
  CHECK(stage.launches() == 1);
  stage.gone("worker.1");
  CHECK(stage.launches() == 2);
}

TEST_CASE("a process that is told to stop before exec has succeeded is told again after it") {
  Stage stage({{"worker", 1}});
  stage.ask(StopRequest{{"worker"}});
  CHECK(stage.signals() == Lines{"worker.1 15"});
  stage.launched("worker.1");
  CHECK(stage.signals() == Lines{"worker.1 15"});
  stage.pass(10s);
  stage.dies("worker.1", SIGKILL);
  stage.gone("worker.1");
  CHECK(stage.state("worker.1") == "down");
}

TEST_CASE("a process in back-off that is told to stop goes down and disarms its timer") {
  Stage stage({{"worker", 1}});
  stage.crashes("worker.1");
  stage.crashes("worker.1");
  REQUIRE(stage.state("worker.1") == "crashed");
  REQUIRE(stage.has_deadline());
  stage.ask(StopRequest{{"worker"}});
  CHECK(stage.state("worker.1") == "down");
  CHECK_FALSE(stage.has_deadline());
}

TEST_CASE("news of a launch that is long gone changes nothing") {
  Stage stage({{"worker", 1}});
  stage.comes_up("worker.1");
  const LaunchId old = stage.launch_of("worker.1");
  stage.crashes("worker.1");
  stage.clear();
  stage.tell(Ready{old});
  stage.tell(Gone{old});
  stage.tell(Launched{old, 5});
  CHECK(stage.lines().empty());
  CHECK(stage.state("worker.1") == "starting");
}
