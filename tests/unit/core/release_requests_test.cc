// config and rollback: kept before they are answered, in force for the next launch, rolled out.
#include "stage.h"

using namespace muster;
using Lines = Stage::Lines;

namespace {

Stage two_webs() {
  Stage stage({{"web", 2}});
  stage.comes_up("web.1");
  stage.comes_up("web.2");
  stage.clear();
  return stage;
}

std::string variable(const Launch& launch, const std::string& name) {
  std::string value = "none";
  for (auto& [key, its] : launch.env)
    if (key == name) value = its;
  return value;
}

void ends(Stage& stage, const std::string& process) {
  stage.dies(process, SIGTERM);
  stage.gone(process);
}

}  // namespace

TEST_CASE("a config var is kept first, then answered, and what runs is restarted in turn") {
  Stage stage = two_webs();
  const auto id = stage.ask(ConfigRequest{{{"COLOUR", "red"}}, {}});
  CHECK(stage.replies(id).empty());
  CHECK(stage.signals().empty());
  auto kept = stage.kept();
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].current().config == Config{{"COLOUR", "red"}});
  CHECK(kept[0].current().by == "adam@box");

  stage.keeps();
  CHECK(stage.reply<ReleasedReply>(id).version == 1);
  CHECK(stage.lines() == Lines{"api: Set COLOUR config vars by adam@box",
                               "api: Release v1 created by adam@box",
                               "web.1: State changed from up to stopping",
                               "web.1: Stopping all processes with SIGTERM"});
  CHECK(stage.signals() == Lines{"web.1 15"});
  ends(stage, "web.1");
  CHECK(variable(stage.launch("web.1"), "COLOUR") == "red");
  stage.comes_up("web.1");
  CHECK(stage.signals() == Lines{"web.2 15"});
}

TEST_CASE("config vars stand above the files' variables and below PORT") {
  Stage stage = two_webs();
  CHECK(variable(stage.launch("web.1"), "COLOUR") == "blue");
  stage.ask(ConfigRequest{{{"COLOUR", "red"}}, {}});
  stage.keeps();
  stage.ask(RunRequest{{"date"}, {}, true, 0});
  CHECK(variable(stage.launch("run.1"), "COLOUR") == "red");
  stage.ask(RunRequest{{"date"}, {{"COLOUR", "green"}}, true, 0});
  CHECK(variable(stage.launch("run.2"), "COLOUR") == "green");
}

TEST_CASE("what cannot be kept is refused, and nothing is changed") {
  Stage stage = two_webs();
  const auto id = stage.ask(ConfigRequest{{{"A", "1"}}, {}});
  stage.tell(ReleaseKept{fail("No space left on device")});
  CHECK(stage.refusal(id) == "it cannot be kept: No space left on device");
  CHECK(stage.reply<ConfigReply>(stage.ask(ConfigRequest{})).vars.empty());
  CHECK(stage.signals().empty());
}

TEST_CASE("changes take turns, and each is a release of its own") {
  Stage stage = two_webs();
  const auto first = stage.ask(ConfigRequest{{{"A", "1"}}, {}});
  const auto second = stage.ask(ConfigRequest{{{"B", "2"}}, {}});
  const auto again = stage.ask(ConfigRequest{{{"A", "1"}}, {}});
  CHECK(stage.kept().size() == 1);
  stage.keeps();
  CHECK(stage.reply<ReleasedReply>(first).version == 1);
  CHECK(stage.replies(second).empty());
  CHECK(stage.kept().at(0).current().config == Config{{"A", "1"}, {"B", "2"}});
  stage.keeps();
  CHECK(stage.reply<ReleasedReply>(second).version == 2);
  CHECK(stage.reply<ReleasedReply>(again).version == 2);
  CHECK(stage.reply<ReleasedReply>(again).unchanged);
}

TEST_CASE("what was stopped stays down, with the new value for its next start") {
  Stage stage = two_webs();
  stage.ask(StopRequest{{"web.2"}});
  ends(stage, "web.2");
  stage.ask(ConfigRequest{{{"COLOUR", "red"}}, {}});
  stage.keeps();
  CHECK(stage.state("web.2") == "down");
  stage.ask(StartRequest{{"web.2"}});
  CHECK(variable(stage.launch("web.2"), "COLOUR") == "red");
}

TEST_CASE("what waits out a back-off is launched at once with the new value") {
  Stage stage({{"worker", 1}});
  for (int i = 0; i < 2; i++) {
    stage.launched("worker.1");
    stage.crashes("worker.1");
  }
  CHECK(stage.state("worker.1") == "crashed");
  stage.ask(ConfigRequest{{{"COLOUR", "red"}}, {}});
  stage.keeps();
  CHECK(variable(stage.launch("worker.1"), "COLOUR") == "red");
  CHECK(stage.state("worker.1") == "starting");
}

TEST_CASE("a rollback is a release with the older one's config vars") {
  Stage stage = two_webs();
  for (auto value : {"1", "2"}) {
    stage.ask(ConfigRequest{{{"A", value}}, {}});
    stage.keeps();
  }
  const auto id = stage.ask(RollbackRequest{});
  stage.keeps();
  CHECK(stage.reply<ReleasedReply>(id).version == 3);
  CHECK(stage.reply<ConfigReply>(stage.ask(ConfigRequest{})).vars == Config{{"A", "1"}});
  const auto rows = stage.reply<ReleasesReply>(stage.ask(ReleasesRequest{})).releases;
  REQUIRE(rows.size() == 3);
  CHECK(rows[2].change == "Rollback to v1");
}

TEST_CASE("while it shuts down nothing is changed any more, and everybody is answered") {
  Stage stage = two_webs();
  const auto first = stage.ask(ConfigRequest{{{"A", "1"}}, {}});
  const auto second = stage.ask(ConfigRequest{{{"B", "1"}}, {}});
  stage.ask(ShutdownRequest{});
  stage.keeps();
  CHECK(stage.reply<ReleasedReply>(first).version == 1);
  CHECK(stage.refusal(stage.ask(RollbackRequest{})) == "muster is shutting down");
  ends(stage, "web.1");
  ends(stage, "web.2");
  CHECK(stage.refusal(second) == "muster is shutting down");
  CHECK(stage.finished());
}
