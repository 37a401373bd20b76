// Scale: what a client asks and what becomes of the processes.
#include "stage.h"

using namespace muster;
using Lines = Stage::Lines;

namespace {

void all_up(Stage& stage, std::initializer_list<const char*> names) {
  for (auto name : names) stage.comes_up(name);
  stage.clear();
}

}  // namespace

TEST_CASE("a core starts exactly what is wished and saves it") {
  Stage stage({{"web", 1}, {"worker", 2}, {"vanished", 3}});
  CHECK(stage.formation() == "web.1 starting, worker.1 starting, worker.2 starting");
  CHECK(stage.saved() == std::vector<FormationCounts>{{{"web", 1}, {"worker", 2}}});
}

TEST_CASE("scaling up fills upward, is logged with the whole formation, saved, answered at once") {
  Stage stage({{"web", 1}});
  all_up(stage, {"web.1"});
  const auto id = stage.ask(ScaleRequest{{"web=3"}});
  CHECK(stage.lines()[0] == "api: Scale to web=3, worker=0 by adam@box");
  const EventRecord scale = stage.records()[0];
  CHECK(scale.kind == RecordKind::scale);
  CHECK(scale.formation == FormationCounts{{"web", 3}, {"worker", 0}});
  CHECK(scale.by == "adam@box");
  CHECK(stage.saved() == std::vector<FormationCounts>{{{"web", 3}, {"worker", 0}}});
  const auto reply = stage.reply<ScaleReply>(id);
  CHECK(reply.changed == std::vector<std::pair<std::string, uint32_t>>{{"web", 3}});
  CHECK(reply.formation == FormationCounts{{"web", 3}, {"worker", 0}});
  CHECK(stage.formation() == "web.1 up, web.2 starting, web.3 starting");
}

TEST_CASE("scaling down stops the highest numbers first and takes them from the table when gone") {
  Stage stage({{"worker", 3}});
  all_up(stage, {"worker.1", "worker.2", "worker.3"});
  stage.ask(ScaleRequest{{"worker-2"}});
  CHECK(stage.signals() == Lines{"worker.3 15", "worker.2 15"});
  CHECK(stage.formation() == "worker.1 up, worker.2 stopping, worker.3 stopping");
  stage.gone("worker.2");
  stage.gone("worker.3");
  CHECK(stage.formation() == "worker.1 up");
}

TEST_CASE("scaling up again takes back those that are still stopping") {
  Stage stage({{"worker", 1}});
  all_up(stage, {"worker.1"});
  stage.ask(ScaleRequest{{"worker=0"}});
  stage.ask(ScaleRequest{{"worker=1"}});
  CHECK(stage.launches() == 1);
  stage.gone("worker.1");
  CHECK(stage.launches() == 2);
  CHECK(stage.formation() == "worker.1 starting");
}

TEST_CASE("a scale that changes nothing is a success and silent") {
  Stage stage({{"worker", 1}});
  all_up(stage, {"worker.1"});
  stage.reply<ScaleReply>(stage.ask(ScaleRequest{{"worker=1", "web-0"}}));
  CHECK(stage.lines().empty());
  CHECK(stage.saved().empty());
}

TEST_CASE("a scale without words answers with the formation") {
  Stage stage({{"worker", 1}});
  const auto reply = stage.reply<ScaleReply>(stage.ask(ScaleRequest{}));
  CHECK(reply.changed.empty());
  CHECK(reply.formation == FormationCounts{{"web", 0}, {"worker", 1}});
}

TEST_CASE("a scale with one bad word changes nothing at all") {
  Stage stage({{"worker", 1}});
  all_up(stage, {"worker.1"});
  for (auto bad : {"worker", "zookeeper=1", "web-1", "web=4097", "run=1"}) {
    INFO(bad);
    stage.refusal(stage.ask(ScaleRequest{{"worker=5", bad}}));
  }
  CHECK(stage.lines().empty());
  CHECK(stage.launches() == 1);
}

TEST_CASE("a crashed process that is scaled away vanishes at once") {
  Stage stage({{"worker", 1}});
  stage.crashes("worker.1");
  stage.crashes("worker.1");
  stage.clear();
  stage.ask(ScaleRequest{{"worker=0"}});
  CHECK(stage.lines().back() == "worker.1: State changed from crashed to down");
  CHECK(stage.formation().empty());
  CHECK_FALSE(stage.has_deadline());
}

TEST_CASE(
    "a stopped process stays stopped while its type is scaled, and vanishes when scaled out") {
  Stage stage({{"worker", 2}});
  all_up(stage, {"worker.1", "worker.2"});
  stage.ask(StopRequest{{"worker.2"}});
  stage.gone("worker.2");
  stage.ask(ScaleRequest{{"worker=3"}});
  CHECK(stage.formation() == "worker.1 up, worker.2 down, worker.3 starting");
  stage.ask(ScaleRequest{{"worker=1"}});
  CHECK(stage.formation() == "worker.1 up, worker.3 stopping");
  stage.ask(ScaleRequest{{"worker=2"}});
  CHECK(stage.formation() == "worker.1 up, worker.2 starting, worker.3 stopping");
}

TEST_CASE("ports follow type and number, stay across restarts, and are free after a scale-down") {
  Stage stage({{"web", 2}, {"worker", 1}});
  CHECK(stage.row("web.2").port == 5001u);
  CHECK(stage.row("worker.1").port == 5100u);
  all_up(stage, {"web.1", "web.2", "worker.1"});
  stage.crashes("web.2");
  CHECK(stage.row("web.2").port == 5001u);
  stage.ask(ScaleRequest{{"web=1"}});
  stage.gone("web.2");
  stage.ask(ScaleRequest{{"web=2"}});
  CHECK(stage.row("web.2").port == 5001u);
}

TEST_CASE("a process for which no port is left starts without and says so") {
  Stage stage({{"web", 2}}, shop(), {.base_port = 65535});
  CHECK(stage.row("web.1").port == 65535u);
  CHECK_FALSE(stage.row("web.2").port);
  CHECK(stage.launch("web.2").env ==
        Environment{{"COLOUR", "blue"}, {"PS", "web.2"}, {"DYNO", "web.2"}});
  stage.lines();
  stage.launched("web.2");
  CHECK(stage.state("web.2") == "up");
}

TEST_CASE("the environment is the app's, then the process's own names") {
  Stage stage({{"worker", 1}});
  CHECK(stage.launch("worker.1").command == "work");
  CHECK(stage.launch("worker.1").argv.empty());
  CHECK(
      stage.launch("worker.1").env ==
      Environment{{"COLOUR", "blue"}, {"PORT", "5100"}, {"PS", "worker.1"}, {"DYNO", "worker.1"}});
}

TEST_CASE("four thousand processes are launched by one event and listed by one request") {
  Stage stage({});
  stage.ask(ScaleRequest{{"worker=4096"}});
  CHECK(stage.launches() == 4096);
  CHECK(stage.reply<PsReply>(stage.ask(PsRequest{})).processes.size() == 4096);
  stage.ask(ScaleRequest{{"worker=0"}});
  CHECK(stage.signals().size() == 4096);
}
