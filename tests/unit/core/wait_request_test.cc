// Requests that are answered when it is so, not when it is begun.
#include "stage.h"

using namespace muster;

namespace {

Stage serving() {
  Stage stage({{"web", 2}, {"worker", 1}});
  for (auto name : {"web.1", "web.2", "worker.1"}) stage.comes_up(name);
  stage.clear();
  return stage;
}

void ends_in_order(Stage& stage, const std::string& process) {
  stage.dies(process, SIGTERM);
  stage.gone(process);
}

std::string late(Stage& stage, uint64_t id) {
  const auto refused = stage.reply<RefusedReply>(id);
  CHECK(refused.refusal == Refusal::late);
  return refused.message;
}

}  // namespace

TEST_CASE("a scale that waits is answered when all of the type are up") {
  Stage stage = serving();
  const auto id = stage.ask(ScaleRequest{{"web=4"}, 0});
  stage.comes_up("web.3");
  stage.launched("web.4");
  CHECK(stage.replies(id).empty());
  CHECK(stage.knows("c"));
  stage.listens("web.4");
  CHECK(stage.reply<ScaleReply>(id).formation.at("web") == 4);
  CHECK_FALSE(stage.knows("c"));
}

TEST_CASE(
    "a type that is up at once answers when it is launched, and one that is up already at "
    "once") {
  Stage stage = serving();
  const auto id = stage.ask(ScaleRequest{{"worker=2"}, 0});
  CHECK(stage.replies(id).empty());
  stage.launched("worker.2");
  stage.reply<ScaleReply>(id);
  stage.reply<ScaleReply>(stage.ask(ScaleRequest{{"worker=2"}, 0}));
  stage.reply<DoneReply>(stage.ask(StartRequest{{"worker"}, 0}));
}

TEST_CASE("a scale to fewer waits until they are gone") {
  Stage stage = serving();
  const auto id = stage.ask(ScaleRequest{{"web=0"}, 0});
  ends_in_order(stage, "web.2");
  CHECK(stage.replies(id).empty());
  ends_in_order(stage, "web.1");
  stage.reply<ScaleReply>(id);
}

TEST_CASE("without a wait it is answered as ever") {
  Stage stage = serving();
  stage.reply<ScaleReply>(stage.ask(ScaleRequest{{"web=3"}}));
  const auto id = stage.ask(StartRequest{{"web"}});
  stage.launched("web.3");
  stage.reply<DoneReply>(id);
}

TEST_CASE("a restart is over when each was launched anew and is up") {
  Stage stage = serving();
  const auto id = stage.ask(RestartRequest{{"web"}, 0});
  ends_in_order(stage, "web.1");
  stage.comes_up("web.1");
  ends_in_order(stage, "web.2");
  stage.launched("web.2");
  CHECK(stage.replies(id).empty());
  stage.listens("web.2");
  CHECK(stage.reply<DoneReply>(id).names == Stage::Lines{"web.1", "web.2"});
}

TEST_CASE("whoever is not up in time is named, and why, while the work goes on") {
  Stage stage = serving();
  const auto id = stage.ask(ScaleRequest{{"web=3"}, 20});
  stage.launched("web.3");
  stage.pass(19s);
  CHECK(stage.replies(id).empty());
  stage.pass(2s);
  CHECK(late(stage, id) == "web.3 is starting: not ready within 20 s");
  stage.listens("web.3");
  CHECK(stage.state("web.3") == "up");
}

TEST_CASE("where no time is named it is the boot timeout of the type") {
  AppModel model = shop();
  model.types[0].settings.booting.timeout = 5s;
  Stage stage({}, model);
  const auto id = stage.ask(ScaleRequest{{"web=1"}, 0});
  stage.launched("web.1");
  stage.pass(4s);
  CHECK(stage.replies(id).empty());
  stage.pass(1s);  // it is killed, and will be launched once more
  CHECK(late(stage, id) == "web.1 crashed: not ready within 5 seconds");
}

TEST_CASE("a crash after which it is launched too late is told at once") {
  Stage stage({}, shop());
  const auto id = stage.ask(ScaleRequest{{"worker=1", "web=1"}, 5});
  stage.comes_up("web.1");
  stage.fails("worker.1");
  CHECK(stage.replies(id).empty());
  stage.fails("worker.1");
  CHECK(late(stage, id) == "worker.1 crashed: exec sh: No such file or directory");
}

TEST_CASE("one that crashes and comes back within the time is up") {
  Stage stage = serving();
  const auto id = stage.ask(ScaleRequest{{"web=3"}, 0});
  stage.launched("web.3");
  stage.crashes("web.3");
  stage.launched("web.3");
  CHECK(stage.replies(id).empty());
  stage.listens("web.3");
  stage.reply<ScaleReply>(id);
}

TEST_CASE("who had come and went again while others were waited for is waited for again") {
  Stage stage = serving();
  const auto id = stage.ask(ScaleRequest{{"web=4"}, 0});
  stage.comes_up("web.3");
  stage.launched("web.4");
  stage.crashes("web.3");
  stage.listens("web.4");
  CHECK(stage.replies(id).empty());
  stage.comes_up("web.3");
  stage.reply<ScaleReply>(id);
}

TEST_CASE("a port that another has is the reason of the crash, of the note and of the answer") {
  Stage stage({}, shop());
  const auto id = stage.ask(ScaleRequest{{"web=1"}, 5});
  stage.launched("web.1");
  const std::string why = "port 5000 is taken by pid 7 (python3, app shop)";
  stage.tell(PortSeen{stage.launch_of("web.1"), why, true});
  stage.tell(PortSeen{stage.launch_of("web.1"), why, true});
  CHECK(stage.row("web.1").note == why);
  stage.crashes("web.1");
  stage.launched("web.1");
  stage.tell(PortSeen{stage.launch_of("web.1"), why, true});
  stage.crashes("web.1");
  CHECK(late(stage, id) == "web.1 crashed: " + why);
  CHECK(stage.row("web.1").note == why + "; 2 crashes in a row, next launch in 10s");
  size_t said = 0;
  for (auto& line : stage.lines()) said += line == "web.1: " + why;
  CHECK(said == 2);  // once of each launch
}

TEST_CASE("what nobody brings is not waited for") {
  AppModel model = shop();
  model.types[0].settings.needs = {{"worker", Need::Until::ready}};
  Stage stage({}, model);
  CHECK(late(stage, stage.ask(ScaleRequest{{"web=1"}, 0})) ==
        "web.1 is waiting: waits for worker (0 of 0 up)");
  const auto id = stage.ask(ScaleRequest{{"web=1", "worker=1"}, 0});
  stage.launched("worker.1");
  stage.comes_up("web.1");
  stage.reply<ScaleReply>(id);
}

TEST_CASE("a wait ends when another request wants it otherwise") {
  Stage stage = serving();
  const auto scale = stage.ask(ScaleRequest{{"web=3"}, 0});
  stage.launched("web.3");
  const auto start = stage.ask(StartRequest{{"web.3"}, 0});
  stage.ask(ScaleRequest{{"web=2"}});
  CHECK(stage.refusal(scale) == "web.3 was stopped");
  CHECK(stage.refusal(start) == "web.3 was stopped");
}

TEST_CASE("what was stopped by hand is not waited for by a scale of its type") {
  Stage stage = serving();
  stage.ask(StopRequest{{"web.2"}});
  ends_in_order(stage, "web.2");
  stage.reply<ScaleReply>(stage.ask(ScaleRequest{{"web=2"}, 0}));
}

TEST_CASE("a wait ends with its client, and with the daemon") {
  Stage stage = serving();
  const auto lost = stage.ask(ScaleRequest{{"web=3"}, 0}, "ann");
  const auto kept = stage.ask(ScaleRequest{{"web=3"}, 0}, "bob");
  stage.tell(ClientLost{"ann"});
  CHECK_FALSE(stage.knows("ann"));
  stage.ask(ShutdownRequest{});
  CHECK(stage.replies(lost).empty());
  CHECK(stage.refusal(kept) == "muster is shutting down");
}

TEST_CASE("a supervisor that follows does not wait, and says so") {
  Stage stage = serving();
  const auto id = stage.ask(ScaleRequest{{"web=3"}, 0});
  stage.is_killed();
  stage.add(id, CreditRequest{0});
  CHECK(stage.reply<RefusedReply>(id).refusal == Refusal::gone);
}

TEST_CASE("a config change that waits is answered when it runs, also where it is said again") {
  Stage stage = serving();
  const auto id = stage.ask(ConfigRequest{{{"A", "1"}}, {}, 0});
  stage.keeps();
  ends_in_order(stage, "worker.1");
  stage.launched("worker.1");
  ends_in_order(stage, "web.1");
  stage.comes_up("web.1");
  CHECK(stage.replies(id).empty());
  const auto again = stage.ask(ConfigRequest{{{"A", "1"}}, {}, 0});
  CHECK(stage.replies(again).empty());
  ends_in_order(stage, "web.2");
  stage.comes_up("web.2");
  CHECK_FALSE(stage.reply<ReleasedReply>(id).unchanged);
  CHECK(stage.reply<ReleasedReply>(again).unchanged);
  stage.reply<ReleasedReply>(stage.ask(ConfigRequest{{{"A", "1"}}, {}, 0}));
}
