// Reload: only what differs changes.
#include "stage.h"

using namespace muster;
using Lines = Stage::Lines;

namespace {

Stage running() {
  Stage stage({{"web", 1}, {"worker", 2}});
  for (auto name : {"web.1", "worker.1", "worker.2"}) stage.comes_up(name);
  stage.clear();
  return stage;
}

Lines reload(Stage& stage, AppModel model) {
  const auto id = stage.ask(ReloadRequest{});
  CHECK(stage.readings() == 1);
  CHECK(stage.replies(id).empty());
  stage.tell(ModelRead{std::move(model)});
  return stage.reply<ReloadReply>(id).changes;
}

}  // namespace

TEST_CASE("a reload that finds nothing new changes nothing") {
  Stage stage = running();
  CHECK(reload(stage, shop()).empty());
  CHECK(stage.lines() == Lines{"api: Reload by adam@box: nothing changed"});
  AppModel turned = shop();
  std::swap(turned.types[0], turned.types[1]);
  CHECK(reload(stage, turned).empty());
  CHECK(stage.signals().empty());
}

TEST_CASE("a changed command restarts the processes of its type in turn, with the new command") {
  Stage stage = running();
  AppModel model = shop();
  model.types[1].command = "work harder";
  CHECK(reload(stage, model) == Lines{"worker: command changed, restarting 2 processes"});
  CHECK(stage.signals() == Lines{"worker.1 15"});
  CHECK(stage.saved().empty());
  stage.gone("worker.1");
  CHECK(stage.launch("worker.1").command == "work harder");
  stage.launched("worker.1");
  CHECK(stage.signals() == Lines{"worker.2 15"});
}

TEST_CASE("what cannot run with a change ends it, and the others stay as they were") {
  Stage stage = running();
  AppModel model = shop();
  model.types[1].command = "work never";
  reload(stage, model);
  stage.gone("worker.1");
  stage.fails("worker.1");
  CHECK(stage.signals() == Lines{"worker.1 15"});
  CHECK(stage.state("worker.2") == "up");
}

TEST_CASE("a changed variable restarts every process, and its value is not told") {
  Stage stage = running();
  AppModel model = shop();
  model.env = {{"COLOUR", "secret"}, {"SIZE", "1"}};
  CHECK(reload(stage, model) == Lines{"environment: COLOUR, SIZE changed, restarting 3 processes"});
  CHECK(stage.signals() == Lines{"web.1 15", "worker.1 15"});
  stage.gone("worker.1");
  CHECK(stage.launch("worker.1").env[0] == std::pair<std::string, std::string>{"COLOUR", "secret"});
  for (auto& line : stage.lines()) CHECK(line.find("secret") == std::string::npos);
}

TEST_CASE("a type that has gone loses its processes, a new one starts at 0") {
  Stage stage = running();
  CHECK(reload(stage,
               model_of({{"web", "serve -p $PORT"}, {"clock", "tick"}}, {{"COLOUR", "blue"}})) ==
        Lines{"worker: removed, stopping 2 processes", "clock: new, running 0 processes"});
  CHECK(stage.saved() == std::vector<FormationCounts>{{{"clock", 0}, {"web", 1}}});
  CHECK(stage.signals() == Lines{"worker.2 15", "worker.1 15"});
  CHECK(stage.lines()[1] == "api: Scale to clock=0, web=1 by adam@box");
  CHECK(stage.refusal(stage.ask(StartRequest{{"worker.1"}})) ==
        "worker.1 is no longer in the formation; scale it first");
  stage.gone("worker.1");
  stage.gone("worker.2");
  CHECK(stage.formation() == "web.1 up");
  CHECK(stage.refusal(stage.ask(StopRequest{{"worker"}})) ==
        "No such type as worker; there are clock, web");
}

TEST_CASE("web starts at 1 when it is new") {
  Stage stage({{"worker", 1}}, model_of({{"worker", "work"}}));
  CHECK(reload(stage, model_of({{"worker", "work"}, {"web", "serve"}})) ==
        Lines{"web: new, running 1 process"});
  CHECK(stage.state("web.1") == "starting");
}

TEST_CASE("a type that comes back while its processes are still stopping runs again when gone") {
  Stage stage({{"web", 1}}, model_of({{"web", "serve"}}));
  stage.comes_up("web.1");
  reload(stage, model_of({{"worker", "work"}}));
  reload(stage, model_of({{"worker", "work"}, {"web", "serve 2"}}));
  CHECK(stage.launches() == 1);
  stage.gone("web.1");
  CHECK(stage.launches() == 2);
  CHECK(stage.launch("web.1").command == "serve 2");
}

TEST_CASE("what was stopped stays stopped over a reload, and shows its new command") {
  Stage stage = running();
  stage.ask(StopRequest{{"worker.2"}});
  stage.gone("worker.2");
  stage.clear();
  AppModel model = shop();
  model.types[1].command = "work harder";
  CHECK(reload(stage, model) == Lines{"worker: command changed, restarting 1 process"});
  CHECK(stage.signals() == Lines{"worker.1 15"});
  CHECK(stage.row("worker.2").command == "work harder");
}

TEST_CASE("an error in the files is the answer, and nothing changes") {
  Stage stage = running();
  const auto id = stage.ask(ReloadRequest{});
  stage.tell(ModelRead{fail("Procfile:3: no command")});
  CHECK(stage.refusal(id) == "Procfile:3: no command");
  CHECK(stage.lines() == Lines{"api: Reload by adam@box failed: Procfile:3: no command"});
  CHECK(stage.signals().empty());
}

TEST_CASE("SIGHUP reloads, too, and has nobody to answer") {
  Stage stage = running();
  stage.tell(Signalled{SIGHUP});
  const auto id = stage.ask(ReloadRequest{});
  CHECK(stage.readings() == 2);
  AppModel model = shop();
  model.types[0].command = "serve faster";
  stage.tell(ModelRead{model});
  CHECK(stage.lines()[0] == "api: Reload by SIGHUP: web: command changed, restarting 1 process");
  stage.tell(ModelRead{model});
  CHECK(stage.reply<ReloadReply>(id).changes.empty());
}

TEST_CASE("a storm of reloads is bounded") {
  Stage stage = running();
  for (int i = 0; i < 1000; i++) stage.tell(Signalled{SIGHUP});
  CHECK(stage.readings() == 64);
  CHECK(stage.refusal(stage.ask(ReloadRequest{})) == "too many reloads are under way; try again");
}
