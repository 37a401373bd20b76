// The settings of muster.toml in the life of processes: how they are ended and what they begin
// with.
#include "stage.h"

using namespace muster;
using Lines = Stage::Lines;

namespace {

AppModel with(Settings worker) {
  AppModel model = shop();
  model.types[1].settings = std::move(worker);
  return model;
}

Settings ended_by(int signal, std::optional<Nanos> grace) {
  Settings settings;
  settings.stopping = {{signal}, {}, grace};
  return settings;
}

Stage running_with(Settings worker) {
  Stage stage({{"web", 0}, {"worker", 1}}, with(std::move(worker)));
  stage.comes_up("worker.1");
  stage.clear();
  return stage;
}

Lines reloaded(Stage& stage, AppModel model) {
  const auto id = stage.ask(ReloadRequest{});
  stage.tell(ModelRead{std::move(model)});
  return stage.reply<ReloadReply>(id).changes;
}

}  // namespace

TEST_CASE("a process is ended by its own signal and after its own grace") {
  Stage stage = running_with(ended_by(SIGINT, 2s));
  stage.ask(StopRequest{{"worker.1"}});
  CHECK(stage.signals() == Lines{"worker.1 2"});
  stage.pass(1s);
  CHECK(stage.signals() == Lines{"worker.1 2 all"});
  stage.pass(1s);
  CHECK(stage.signals() == Lines{"worker.1 9"});
  const Lines lines = stage.lines();
  CHECK(lines[2] == "worker.1: Stopping all processes with SIGINT");
  CHECK(lines[3] ==
        "worker.1: Error R12 (Exit timeout) -> At least one process failed to exit within 2 "
        "seconds of SIGINT");
}

TEST_CASE("the leader is told first, and the others when it has ended") {
  Stage stage = running_with(ended_by(SIGINT, 2s));
  stage.ask(StopRequest{{"worker.1"}});
  CHECK(stage.signals() == Lines{"worker.1 2"});
  stage.exits("worker.1", 0, true);
  CHECK(stage.signals() == Lines{"worker.1 2"});
  const Lines lines = stage.lines();
  CHECK(lines[2] == "worker.1: Stopping all processes with SIGINT");
  CHECK(lines.back() == "worker.1: Stopping remaining processes with SIGINT");
  stage.pass(1s);
  CHECK(stage.signals().empty());
  stage.pass(1s);
  CHECK(stage.signals() == Lines{"worker.1 9"});
}

TEST_CASE("the others wait for those who were told together with a leader that was a shell") {
  Stage stage = running_with(ended_by(SIGINT, 2s));
  stage.ask(StopRequest{{"worker.1"}});
  stage.clear();
  stage.tell(
      Exited{stage.launch("worker.1").launch, {ExitStatus::Kind::signaled, SIGINT}, true, true});
  CHECK(stage.lines() == Lines{"worker.1: Process exited with status 130"});
  CHECK(stage.signals() == Lines{"worker.1 2"});
  stage.pass(1s);
  CHECK(stage.signals() == Lines{"worker.1 2 all"});
  stage.pass(1s);
  CHECK(stage.signals() == Lines{"worker.1 9"});
}

TEST_CASE("all may be told at once") {
  Settings settings = ended_by(SIGINT, 2s);
  settings.stopping.audience = {true};
  Stage stage = running_with(settings);
  stage.ask(StopRequest{{"worker.1"}});
  CHECK(stage.signals() == Lines{"worker.1 2 all"});
  CHECK(stage.lines()[2] == "worker.1: Stopping all processes with SIGINT");
  stage.exits("worker.1", 0, true);
  CHECK(stage.signals().empty());
  stage.pass(2s);
  CHECK(stage.signals() == Lines{"worker.1 9"});
}

TEST_CASE("a grace of nothing is over at once") {
  Stage stage = running_with(ended_by(SIGINT, 0s));
  stage.ask(StopRequest{{"worker.1"}});
  stage.pass(0s);
  CHECK(stage.signals() == Lines{"worker.1 2", "worker.1 2 all", "worker.1 9"});
}

TEST_CASE("what a crash leaves behind is ended by that signal too") {
  Stage stage = running_with(ended_by(SIGQUIT, {}));
  stage.exits("worker.1", 1, true);
  CHECK(stage.signals() == Lines{"worker.1 3 all"});
  stage.pass(9s);
  CHECK(stage.signals().empty());
  stage.pass(1s);
  CHECK(stage.signals() == Lines{"worker.1 9"});
}

TEST_CASE("a changed signal or grace is in force at once and restarts nothing") {
  Stage stage = running_with({});
  CHECK(reloaded(stage, with(ended_by(SIGINT, 2s))) ==
        Lines{"worker: grace, signal changed, without a restart"});
  CHECK(stage.signals().empty());
  stage.ask(StopRequest{{"worker.1"}});
  CHECK(stage.signals() == Lines{"worker.1 2"});
}

TEST_CASE("what a process begins with is in force when it is restarted") {
  Stage stage = running_with({});
  Settings changed;
  changed.surroundings.directory = "site";
  changed.env = {{"COLOUR", "red"}};
  CHECK(reloaded(stage, with(changed)) ==
        Lines{"worker: directory, env changed, restarting 1 process"});
  CHECK(stage.signals() == Lines{"worker.1 15"});
  stage.gone("worker.1");
  CHECK(stage.launch("worker.1").surroundings.directory == "site");
  const Environment& env = stage.launch("worker.1").env;
  CHECK(env[0] == Environment::value_type{"COLOUR", "blue"});
  CHECK(env[1] == Environment::value_type{"COLOUR", "red"});
}

TEST_CASE("a type that has left the files is ended as they had it") {
  Stage stage = running_with(ended_by(SIGINT, 2s));
  reloaded(stage, model_of({{"web", "serve -p $PORT"}}, {{"COLOUR", "blue"}}));
  CHECK(stage.signals() == Lines{"worker.1 2"});
}

TEST_CASE("a one-off of a type has the type's settings, another one those of [run]") {
  AppModel model = with(ended_by(SIGINT, 2s));
  model.types[1].settings.surroundings.nice = Niceness{5};
  model.one_offs.env = {{"WHO", "any"}};
  Stage stage({}, model);
  stage.ask(RunRequest{{"worker", "once"}, {}, true, 4});
  stage.ask(RunRequest{{"rake"}, {}, true, 4});
  CHECK(stage.launch("run.1").surroundings.nice == Niceness{5});
  CHECK_FALSE(stage.launch("run.2").surroundings.nice);
  CHECK(stage.launch("run.2").env[1] == Environment::value_type{"WHO", "any"});
  stage.ask(StopRequest{{"run.1", "run.2"}});
  CHECK(stage.signals() == Lines{"run.1 2", "run.2 15"});
}

TEST_CASE("a default that is written out restarts nothing") {
  Settings written;
  written.surroundings.tty = false;
  written.surroundings.isolate = false;
  written.surroundings.umask = FileMask{022};
  written.booting.ready = Readiness{};
  written.roll = RollWidth{1};
  written.singleton = false;
  written.stopping.grace = 10s;
  CoreOptions options;
  options.usual.umask = FileMask{022};
  Stage stage({{"web", 0}, {"worker", 1}}, shop(), options);
  stage.comes_up("worker.1");
  stage.clear();
  CHECK(reloaded(stage, with(written)).empty());
  CHECK(stage.signals().empty());
  CHECK(reloaded(stage, with({})).empty());
}

TEST_CASE("a grace that is changed is in force for who is stopping") {
  Stage stage = running_with(ended_by(SIGTERM, 60s));
  stage.ask(StopRequest{{"worker.1"}});
  stage.pass(5s);
  stage.signals();
  reloaded(stage, with(ended_by(SIGTERM, 7s)));
  stage.pass(1s);
  CHECK(stage.signals() == Lines{"worker.1 15 all"});
  stage.pass(1s);
  CHECK(stage.signals() == Lines{"worker.1 9"});
}
