// When a process counts as up, as muster.toml has it.
#include "stage.h"

using namespace muster;
using Lines = Stage::Lines;
using Kind = Readiness::Kind;

namespace {

Stage starting(Booting booting, FormationCounts wish = {{"worker", 1}}) {
  AppModel model = shop();
  for (auto& type : model.types) type.settings.booting = booting;
  Stage stage(std::move(wish), model);
  stage.clear();
  return stage;
}

Booting by(Kind kind, std::string what = {}, Nanos delay = {}) {
  return {Readiness{kind, std::move(what), delay}, {}};
}

}  // namespace

TEST_CASE("a process is up after its delay, and not before") {
  Stage stage = starting(by(Kind::delay, {}, 3s));
  stage.pass(1h);  // it is only being launched
  stage.launched("worker.1");
  stage.pass(3s - 1ms);
  CHECK(stage.state("worker.1") == "starting");
  stage.pass(1ms);
  CHECK(stage.state("worker.1") == "up");
  CHECK_FALSE(stage.has_deadline());
  CHECK(stage.watched().empty());
}

TEST_CASE("a command, a path and a port are asked of the world") {
  for (auto [kind, text] : {std::pair(Kind::exec, "exec ask"), std::pair(Kind::http, "http ask")}) {
    Stage stage = starting(by(kind, "ask"));
    stage.launched("worker.1");
    CHECK(stage.watched() == Lines{std::string("worker.1 5100 ") + text});
    CHECK(stage.state("worker.1") == "starting");
    stage.tell(Ready{stage.launch_of("worker.1")});
    CHECK(stage.state("worker.1") == "up");
    CHECK_FALSE(stage.has_deadline());
  }
  Stage stage = starting(by(Kind::port));
  stage.launched("worker.1");
  CHECK(stage.watched() == Lines{"worker.1 5100"});
}

TEST_CASE("a web process whose port says nothing about it is up as soon as it runs") {
  Stage stage = starting(by(Kind::none), {{"web", 1}});
  stage.launched("web.1");
  CHECK(stage.state("web.1") == "up");
}

TEST_CASE("a process says itself that it is ready") {
  Stage stage = starting(by(Kind::notify));
  CHECK(stage.launch("worker.1").notifies);
  stage.launched("worker.1");
  CHECK(stage.watched().empty());
  stage.tell(Notified{stage.launch_of("worker.1"), false, "warming up"});
  CHECK(stage.row("worker.1").state == "starting");
  CHECK(stage.row("worker.1").note == "warming up");
  stage.tell(Notified{stage.launch_of("worker.1"), true, {}});
  CHECK(stage.state("worker.1") == "up");
}

TEST_CASE("it may say so before it is known to run") {
  Stage stage = starting(by(Kind::notify));
  stage.tell(Notified{stage.launch_of("worker.1"), true, {}});
  CHECK(stage.state("worker.1") == "starting");
  stage.launched("worker.1");
  CHECK(stage.state("worker.1") == "up");
  stage.crashes("worker.1");
  stage.launched("worker.1");
  CHECK(stage.state("worker.1") == "starting");  // the next launch has said nothing yet
}

TEST_CASE("what a process says of which something else is awaited does not make it ready") {
  Stage stage = starting(by(Kind::http, "/"));
  stage.launched("worker.1");
  stage.tell(Notified{stage.launch_of("worker.1"), true, {}});
  CHECK(stage.state("worker.1") == "starting");
}

TEST_CASE("who is not ready within a minute says R10 and counts as up") {
  Stage stage = starting(by(Kind::exec, "ask"));
  stage.launched("worker.1");
  stage.clear();
  stage.pass(60s);
  CHECK(stage.lines() ==
        Lines{"worker.1: Error R10 (Boot timeout) -> Process was not ready within 60 seconds of "
              "launch",
              "worker.1: State changed from starting to up"});
  CHECK(stage.signals().empty());
}

TEST_CASE("with a boot timeout of its own it is killed, and that is a crash") {
  Stage stage = starting({{}, 5s}, {{"web", 1}});
  stage.launched("web.1");
  stage.clear();
  stage.pass(5s);
  CHECK(stage.lines() == Lines{"web.1: Error R10 (Boot timeout) -> Web process failed to bind to "
                               "$PORT within 5 seconds of launch",
                               "web.1: State changed from starting to crashed",
                               "web.1: Stopping all processes with SIGKILL"});
  CHECK(stage.signals() == Lines{"web.1 9"});
  stage.dies("web.1", SIGKILL);
  stage.gone("web.1");
  CHECK(stage.state("web.1") == "starting");
  CHECK(stage.row("web.1").last_exit == 137);
}

TEST_CASE("a one-off is up as soon as it runs") {
  AppModel model = shop();
  model.types[1].settings.booting = by(Kind::delay, {}, 1h);
  Stage stage({}, model);
  stage.ask(RunRequest{{"worker"}, {}, true, 4});
  stage.launched("run.1");
  CHECK(stage.state("run.1") == "up");
}
