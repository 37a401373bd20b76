// A restart of several processes of a type: one after the other.
#include "stage.h"

using namespace muster;
using Lines = Stage::Lines;

namespace {

Stage three_webs() {
  Stage stage({{"web", 3}, {"worker", 1}});
  for (auto name : {"web.1", "web.2", "web.3", "worker.1"}) stage.comes_up(name);
  stage.clear();
  return stage;
}

void goes_down(Stage& stage, const std::string& process) {
  stage.dies(process, SIGTERM);
  stage.gone(process);
}

}  // namespace

TEST_CASE("the next one is restarted when the new one is up, types beside each other") {
  Stage stage = three_webs();
  const auto id = stage.ask(RestartRequest{});
  CHECK(stage.signals() == Lines{"web.1 15", "worker.1 15"});
  goes_down(stage, "web.1");
  stage.launched("web.1");
  CHECK(stage.signals().empty());
  stage.listens("web.1");
  CHECK(stage.signals() == Lines{"web.2 15"});
  CHECK(stage.formation() == "web.1 up, web.2 stopping, web.3 up, worker.1 stopping");
  goes_down(stage, "worker.1");
  stage.launched("worker.1");
  goes_down(stage, "web.2");
  stage.comes_up("web.2");
  CHECK(stage.signals() == Lines{"web.3 15"});
  goes_down(stage, "web.3");
  CHECK(stage.replies(id).empty());
  stage.launched("web.3");
  stage.reply<DoneReply>(id);
}

TEST_CASE("a new one that crashes ends the restart, and the others stay as they were") {
  Stage stage = three_webs();
  const auto id = stage.ask(RestartRequest{{"web"}});
  goes_down(stage, "web.1");
  stage.launched("web.1");
  stage.crashes("web.1");
  CHECK(stage.refusal(id) ==
        "web.1 did not come up, web.2 stays as it was; web.1 did not come up, web.3 stays as it "
        "was");
  const Lines lines = stage.lines();
  CHECK(lines.back() == "api: Restart stopped: web.1 did not come up. As before: web.2, web.3");
  CHECK(stage.signals() == Lines{"web.1 15"});
  stage.comes_up("web.1");
  CHECK(stage.formation() == "web.1 up, web.2 up, web.3 up, worker.1 up");
  CHECK(stage.signals().empty());
}

TEST_CASE("who had crashed before the restart is no reason to end it") {
  Stage stage({{"worker", 2}});
  stage.comes_up("worker.1");
  stage.comes_up("worker.2");
  stage.crashes("worker.1");
  stage.launched("worker.1");
  stage.signals();
  stage.ask(RestartRequest{});
  goes_down(stage, "worker.1");
  stage.launched("worker.1");
  CHECK(stage.signals() == Lines{"worker.1 15", "worker.2 15"});
}

TEST_CASE("who is stopped while its turn has not come stays down, and the next one's comes") {
  Stage stage = three_webs();
  const auto id = stage.ask(RestartRequest{{"web"}});
  stage.ask(StopRequest{{"web.2"}});
  stage.gone("web.2");
  stage.signals();
  goes_down(stage, "web.1");
  stage.comes_up("web.1");
  CHECK(stage.signals() == Lines{"web.3 15"});
  goes_down(stage, "web.3");
  stage.comes_up("web.3");
  CHECK(stage.refusal(id) == "web.2 was stopped");
  CHECK(stage.state("web.2") == "down");
}

TEST_CASE("who is stopped in the middle of its turn holds nobody up") {
  Stage stage = three_webs();
  stage.ask(RestartRequest{{"web"}});
  stage.signals();
  stage.ask(StopRequest{{"web.1"}});
  CHECK(stage.signals() == Lines{"web.2 15"});
}

TEST_CASE("who has been launched anew meanwhile needs no turn") {
  Stage stage = three_webs();
  const auto id = stage.ask(RestartRequest{{"web"}});
  stage.crashes("web.2");
  stage.comes_up("web.2");
  stage.signals();
  goes_down(stage, "web.1");
  stage.comes_up("web.1");
  CHECK(stage.signals() == Lines{"web.3 15"});
  goes_down(stage, "web.3");
  stage.comes_up("web.3");
  stage.reply<DoneReply>(id);
}

TEST_CASE("a shutdown ends a restart") {
  Stage stage = three_webs();
  const auto id = stage.ask(RestartRequest{{"web"}});
  stage.tell(Signalled{SIGTERM});
  for (auto name : {"web.1", "web.2", "web.3", "worker.1"}) goes_down(stage, name);
  CHECK(stage.finished() == 0);
  CHECK(stage.replies(id).size() == 1);
}

TEST_CASE("as many at a time as the type says") {
  AppModel model = shop();
  model.types[0].settings.roll = RollWidth{2};
  Stage stage({{"web", 3}}, std::move(model));
  for (auto name : {"web.1", "web.2", "web.3"}) stage.comes_up(name);
  stage.clear();
  stage.ask(RestartRequest{{"web"}});
  CHECK(stage.signals() == Lines{"web.1 15", "web.2 15"});
  goes_down(stage, "web.2");
  stage.comes_up("web.2");
  CHECK(stage.signals() == Lines{"web.3 15"});
  goes_down(stage, "web.1");
  stage.launched("web.1");
  goes_down(stage, "web.3");
  CHECK(stage.formation() == "web.1 starting, web.2 up, web.3 starting");
}
