// A deploy: the new code is on trial until all of it has come up, and is taken back if it does not.
#include "stage.h"

using namespace muster;
using Lines = Stage::Lines;

namespace {

Releases with_code() {
  Release first;
  first.number = 1;
  first.code = "old";
  return Releases({first});
}

Stage two_webs() {
  Stage stage({{"web", 2}}, shop(), {}, with_code());
  stage.comes_up("web.1");
  stage.comes_up("web.2");
  stage.clear();
  return stage;
}

void ends(Stage& stage, const std::string& process) {
  stage.dies(process, SIGTERM);
  stage.gone(process);
}

// Read and kept, its restart begun.
uint64_t deploy(Stage& stage, AppModel model = shop()) {
  const auto id = stage.ask(DeployRequest{"new", "de63889"});
  CHECK(stage.read() == Lines{"new"});
  stage.tell(ModelRead{std::move(model), "new", true});
  stage.keeps();
  return stage.reply<ReleasedReply>(id).version;
}

std::string state_of(Stage& stage, size_t release) {
  return stage.reply<ReleasesReply>(stage.ask(ReleasesRequest{})).releases.at(release - 1).state;
}

}  // namespace

TEST_CASE("new code is launched in turn, and pending until all has been up for a moment") {
  Stage stage = two_webs();
  CHECK(deploy(stage) == 2);
  CHECK(stage.launch("web.1").code == "old");
  ends(stage, "web.1");
  CHECK(stage.launch("web.1").code == "new");
  stage.comes_up("web.1");
  ends(stage, "web.2");
  stage.comes_up("web.2");
  CHECK(state_of(stage, 2) == "pending");
  stage.pass(3s);
  CHECK(state_of(stage, 2).empty());
}

TEST_CASE("a process that rests has the new command, and a successor knows it") {
  Stage stage({{"web", 1}, {"worker", 1}}, shop(), {}, with_code());
  stage.comes_up("web.1");
  stage.comes_up("worker.1");
  stage.ask(StopRequest{{"worker.1"}});
  ends(stage, "worker.1");
  deploy(stage, model_of({{"web", "serve"}, {"worker", "work-new"}}));
  CHECK(stage.row("worker.1").command == "work-new");
  stage.is_killed();
  CHECK(stage.row("worker.1").command == "work-new");
}

TEST_CASE("files that cannot be read refuse a deploy, and nothing is kept") {
  Stage stage = two_webs();
  const auto id = stage.ask(DeployRequest{"new", "x"});
  stage.tell(ModelRead{fail("there is no Procfile"), "new", true});
  CHECK(stage.refusal(id) == "there is no Procfile");
  CHECK(stage.kept().empty());
}

TEST_CASE("a deploy that is asked for again is the same one, whatever has become of it") {
  Stage stage = two_webs();
  const auto again = [&] {
    auto reply = stage.reply<ReleasedReply>(stage.ask(DeployRequest{"new", "de63889"}));
    return reply.unchanged ? reply.version : 0;
  };
  deploy(stage);
  CHECK(again() == 2);
  ends(stage, "web.1");
  stage.launched("web.1");
  stage.crashes("web.1");
  stage.tell(ModelRead{shop(), "old", true});
  CHECK(stage.kept().back().current().number == 3);
  stage.keeps();
  CHECK(again() == 2);
  CHECK(state_of(stage, 2) == "failed");
}

TEST_CASE("one that crashes takes the release back, and who was not replaced yet is left alone") {
  Stage stage = two_webs();
  deploy(stage);
  ends(stage, "web.1");
  stage.launched("web.1");
  stage.crashes("web.1");
  CHECK(stage.read() == Lines{"old"});
  stage.clear();
  stage.tell(ModelRead{shop(), "old", true});
  const auto kept = stage.kept();
  CHECK(kept.back().find(2)->failure == "web.1 crashed (exit 1)");
  CHECK(kept.back().current().change == "Rollback to v1");
  stage.keeps();
  CHECK(stage.launch("web.2").code == "old");
  ends(stage, "web.1");
  CHECK(stage.launch("web.1").code == "old");
  stage.comes_up("web.1");
  CHECK(stage.signals() == Lines{"web.1 15"});
  CHECK(stage.formation() == "web.1 up, web.2 up");
  CHECK(state_of(stage, 2) == "failed");
  CHECK(state_of(stage, 3).empty());
}

TEST_CASE("a web process that does not listen in time takes the release back") {
  Stage stage = two_webs();
  deploy(stage);
  ends(stage, "web.1");
  stage.launched("web.1");
  stage.pass(61s);
  CHECK(stage.read() == Lines{"old"});
  stage.tell(ModelRead{shop(), "old", true});
  CHECK(stage.kept().back().find(2)->failure == "web.1 not ready within 60 seconds");
}

TEST_CASE("one that crashes a moment after it was up takes the release back, too") {
  Stage stage({{"worker", 1}}, shop(), {}, with_code());
  stage.comes_up("worker.1");
  deploy(stage);
  ends(stage, "worker.1");
  stage.comes_up("worker.1");
  stage.pass(1s);
  CHECK(state_of(stage, 2) == "pending");
  stage.crashes("worker.1");
  CHECK(stage.read() == Lines{"old"});
}

TEST_CASE("a type that the new code lacks is stopped, and comes back with the old code") {
  Stage stage({{"web", 1}, {"worker", 2}}, shop(), {}, with_code());
  for (auto name : {"web.1", "worker.1", "worker.2"}) stage.comes_up(name);
  deploy(stage, model_of({{"web", "serve"}}));
  ends(stage, "worker.1");
  ends(stage, "worker.2");
  ends(stage, "web.1");
  stage.launched("web.1");
  CHECK(stage.formation() == "web.1 starting");
  stage.crashes("web.1");
  stage.tell(ModelRead{shop(), "old", true});
  stage.keeps();
  CHECK(stage.saved().back() == FormationCounts{{"web", 1}, {"worker", 2}});
  CHECK(stage.launch("worker.2").code == "old");
}

TEST_CASE("the first code of an app at rest runs one web process") {
  Stage stage({{"web", 0}, {"worker", 0}});
  deploy(stage);
  CHECK(stage.launch("web.1").code == "new");
  stage.comes_up("web.1");
  CHECK(stage.formation() == "web.1 up");
}

TEST_CASE("other changes wait until the trial is over") {
  Stage stage({{"worker", 1}}, shop(), {}, with_code());
  stage.comes_up("worker.1");
  deploy(stage);
  const auto id = stage.ask(ConfigRequest{{{"A", "1"}}, {}});
  ends(stage, "worker.1");
  stage.comes_up("worker.1");
  stage.kept();
  stage.pass(1s);
  CHECK(stage.kept().empty());
  stage.pass(2s);
  stage.keeps();
  CHECK(stage.reply<ReleasedReply>(id).version == 3);
}

TEST_CASE("a reload whose files were read before a deploy reads those of the new code") {
  Stage stage = two_webs();
  const auto id = stage.ask(ReloadRequest{});
  stage.read();
  deploy(stage);
  stage.tell(ModelRead{shop(), "old"});
  CHECK(stage.read() == Lines{"new"});
  stage.tell(ModelRead{shop(), "new"});
  CHECK(stage.reply<ReloadReply>(id).changes.empty());
}
