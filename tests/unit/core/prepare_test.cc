// The process of type `release`: it has to succeed before a release is made.
#include "stage.h"

using namespace muster;
using Lines = Stage::Lines;

namespace {

AppModel migrating() {
  AppModel model = model_of({{"web", "serve"}, {"release", "migrate"}}, {{"COLOUR", "blue"}});
  model.types[1].settings.env = {{"VERBOSE", "1"}};
  return model;
}

Stage one_web() {
  Stage stage({{"web", 1}, {"release", 1}}, migrating());
  stage.comes_up("web.1");
  stage.clear();
  return stage;
}

uint64_t set_colour(Stage& stage, const std::string& value = "red") {
  return stage.ask(ConfigRequest{{{"COLOUR", value}}, {}});
}

std::string variable(const Launch& launch, const std::string& name) {
  std::string found;
  for (auto& [key, value] : launch.env)
    if (key == name) found = value;
  return found;
}

}  // namespace

TEST_CASE("it is no part of the formation") {
  Stage stage = one_web();
  CHECK(stage.formation() == "web.1 up");
  CHECK(stage.refusal(stage.ask(ScaleRequest{{"release+1"}})) ==
        "release would be at 1; its process is run before each release; ctl run release runs it "
        "now");
}

TEST_CASE("it is run with what the release will have, and only then is the release made") {
  Stage stage = one_web();
  const auto id = set_colour(stage);
  CHECK(stage.launch("release.1").command == "migrate");
  CHECK(variable(stage.launch("release.1"), "COLOUR") == "red");
  CHECK(variable(stage.launch("release.1"), "VERBOSE") == "1");
  CHECK(stage.launch("release.1").surroundings.isolate == false);
  CHECK(stage.lines().front() == "api: Running release v1 command by adam@box");
  stage.launched("release.1");
  CHECK(stage.kept().empty());
  CHECK(stage.signals().empty());
  stage.exits("release.1");
  stage.gone("release.1");
  CHECK(stage.kept().size() == 1);
  stage.keeps();
  CHECK(stage.reply<ReleasedReply>(id).version == 1);
  CHECK(stage.signals() == Lines{"web.1 15"});
}

TEST_CASE("if it fails nothing of the change happens, and the next one's turn comes") {
  Stage stage = one_web();
  const auto id = set_colour(stage), other = set_colour(stage, "green");
  stage.launched("release.1");
  stage.exits("release.1", 3);
  stage.gone("release.1");
  CHECK(stage.refusal(id) == "Release v1 was not made: release.1 ended with status 3");
  CHECK(variable(stage.launch("release.1"), "COLOUR") == "green");
  stage.fails("release.1");
  CHECK(stage.refusal(other) ==
        "Release v1 was not made: release.1 exec sh: No such file or directory");
  CHECK(stage.kept().empty());
  CHECK(stage.signals().empty());
}

TEST_CASE("new code is prepared with its own command, in its own directory") {
  Stage stage({{"web", 1}});
  stage.comes_up("web.1");
  stage.ask(DeployRequest{"new", "de63889"});
  stage.tell(ModelRead{migrating(), "new", true});
  CHECK(stage.launch("release.1").code == "new");
  CHECK(variable(stage.launch("release.1"), "COLOUR") == "blue");
  CHECK(stage.launch("web.1").code.empty());
}

TEST_CASE("what is taken back is not prepared again") {
  Release first;
  first.number = 1;
  first.code = "old";
  Stage stage({{"web", 1}}, migrating(), {}, Releases({first}));
  stage.comes_up("web.1");
  stage.ask(DeployRequest{"new", "x"});
  stage.tell(ModelRead{migrating(), "new", true});
  stage.launched("release.2");
  stage.exits("release.2");
  stage.gone("release.2");
  stage.keeps();
  stage.dies("web.1", SIGTERM);
  stage.gone("web.1");
  stage.launched("web.1");
  const size_t launches = stage.launches();
  stage.crashes("web.1");
  stage.tell(ModelRead{migrating(), "old", true});
  CHECK(stage.kept().back().current().change == "Rollback to v1");
  CHECK(stage.launches() == launches + 1);  // web.1
}

TEST_CASE("a successor leaves it to its end before it begins another one") {
  const Now begun{MonoTime(1h), WallTime(1'800'000'000s)};
  Core core(migrating(), {}, {});
  Memory memory;
  const auto step = [&](Core& of, std::vector<Action> actions) {
    if (auto note = of.take_note(actions)) memory.add(std::move(*note));
    return actions;
  };
  const Requested change{"c", Request{1, "adam@box", ConfigRequest{{{"A", "1"}}, {}}}, Role::admin};
  step(core, core.start(begun));
  LaunchId launch = 0;
  for (auto& action : step(core, core.handle(change, begun)))
    if (auto* it = std::get_if<Launch>(&action)) launch = it->launch;
  step(core, core.handle(Launched{launch, {7}}, begun));

  Core successor(migrating(), {}, {});
  step(successor, successor.resume(memory, begun));
  for (auto& action : step(successor, successor.handle(change, begun)))
    CHECK_FALSE(std::holds_alternative<Launch>(action));
  step(successor, successor.handle(Exited{launch, {ExitStatus::Kind::exited, 0}, false}, begun));
  bool begun_again = false;
  for (auto& action : step(successor, successor.handle(Gone{launch}, begun)))
    begun_again |= std::holds_alternative<Launch>(action);
  CHECK(begun_again);
}

TEST_CASE("who waits for a change is told whether it is still under way") {
  Stage stage = one_web();
  const auto id = set_colour(stage);
  stage.add(id, CreditRequest{0});
  CHECK(stage.replies(id).empty());
  stage.add(77, CreditRequest{0});
  CHECK(stage.reply<RefusedReply>(77).refusal == Refusal::gone);
}

TEST_CASE("a shutdown ends it, and refuses the change") {
  Stage stage = one_web();
  const auto id = set_colour(stage);
  stage.launched("release.1");
  stage.tell(Signalled{SIGTERM});
  for (auto name : {"web.1", "release.1"}) {
    stage.dies(name, SIGTERM);
    stage.gone(name);
  }
  CHECK(stage.refusal(id) == "muster is shutting down");
  CHECK(stage.finished() == 0);
}
