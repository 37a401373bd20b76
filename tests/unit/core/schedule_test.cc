// Types that have a schedule: run at their times, and not in the formation.
#include "stage.h"

using namespace muster;
using Lines = Stage::Lines;

namespace {

AppModel with_nightly(const char* schedule) {
  AppModel model = model_of({{"web", "serve"}, {"nightly", "tidy up"}});
  model.types[1].settings.cron = *Schedule::parse(schedule);
  return model;
}

Stage every_hour() { return Stage({{"web", 0}, {"nightly", 3}}, with_nightly("0 * * * *")); }

bool said(Stage& stage, const std::string& line) {
  const Lines lines = stage.lines();
  return std::count(lines.begin(), lines.end(), line) == 1;
}

}  // namespace

TEST_CASE("it is started at its time, again and again, under new names") {
  Stage stage = every_hour();
  CHECK(stage.launches() == 0);
  stage.pass(1h);
  CHECK(stage.launch("nightly.1").command == "tidy up");
  CHECK(stage.launch("nightly.1").surroundings.isolate == false);
  stage.launched("nightly.1");
  CHECK(stage.state("nightly.1") == "up");
  stage.crashes("nightly.1");
  CHECK(stage.formation().empty());
  stage.pass(1h);
  CHECK(stage.launch("nightly.2").process == ProcessName{"nightly", 2});
  CHECK(stage.launches() == 2);
}

TEST_CASE("who still runs at its time is left alone") {
  Stage stage = every_hour();
  stage.pass(1h);
  stage.launched("nightly.1");
  stage.pass(1h);
  CHECK(stage.launches() == 1);
  CHECK(said(stage, "nightly: Not started at its time: nightly.1 still runs"));
  stage.exits("nightly.1");
  stage.gone("nightly.1");
  stage.pass(1h);
  CHECK(stage.launches() == 2);
}

TEST_CASE("max_age is the most that it may take") {
  AppModel model = with_nightly("0 * * * *");
  model.types[1].settings.watching.max_age = Watching::Period{10min};
  Stage stage({}, std::move(model));
  stage.pass(1h);
  stage.launched("nightly.1");
  stage.pass(10min);
  CHECK(stage.signals() == Lines{"nightly.1 15"});
}

TEST_CASE("it cannot be scaled, and says why") {
  Stage stage = every_hour();
  CHECK(stage.saved().back() == FormationCounts{{"web", 0}, {"nightly", 3}});  // the wish
  CHECK(stage.refusal(stage.ask(ScaleRequest{{"nightly=1"}})) ==
        "nightly would be at 1; it is run at the times of its cron in muster.toml; ctl run runs it "
        "now");
}

TEST_CASE("a time that passed while nobody looked comes once") {
  Stage stage = every_hour();
  stage.sleep(5h);
  stage.tell(Tick{});
  CHECK(stage.launches() == 1);
  stage.crashes("nightly.1");
  stage.pass(59min);
  CHECK(stage.launches() <= 2);
}

TEST_CASE(
    "a clock that is put right by a little repeats nothing, one that is set back is followed") {
  Stage stage = every_hour();
  stage.pass(1h);
  stage.crashes("nightly.1");
  const WallTime done = stage.wall();
  stage.set_wall(done - 10min);
  stage.tell(Tick{});
  stage.pass(30min);
  CHECK(stage.launches() == 1);
  stage.set_wall(done - 10h);
  stage.tell(Tick{});
  stage.pass(1h);
  CHECK(stage.launches() == 2);
}

TEST_CASE("a schedule that is read anew counts from then on") {
  Stage stage = every_hour();
  stage.ask(ReloadRequest{});
  stage.tell(ModelRead{with_nightly("* * * * *")});
  stage.pass(1min);
  CHECK(stage.launches() == 1);
  stage.ask(ReloadRequest{});
  stage.tell(ModelRead{model_of({{"web", "serve"}})});
  stage.launched("nightly.1");
  CHECK(stage.state("nightly.1") == "up");
  stage.crashes("nightly.1");
  CHECK_FALSE(stage.has_deadline());
}

TEST_CASE("a successor knows what was due, and a start by somebody makes up for nothing") {
  const Now begun{MonoTime(1h), WallTime(1'800'000'000s)};
  Core core(with_nightly("0 * * * *"), {}, {});
  Memory memory;
  memory.add(*core.take_note(core.start(begun)));
  for (bool starts_anew : {false, true}) {
    CoreOptions options;
    options.starts_anew = starts_anew;
    Core next(with_nightly("0 * * * *"), {}, options);
    const auto is_launch = [](auto& action) { return std::holds_alternative<Launch>(action); };
    const auto actions = next.resume(memory, {begun.mono + 1h, begun.wall + 1h});
    CHECK(std::any_of(actions.begin(), actions.end(), is_launch) != starts_anew);
    const auto later = next.handle(Tick{}, {begun.mono + 2h, begun.wall + 2h});
    CHECK(std::any_of(later.begin(), later.end(), is_launch) == starts_anew);
  }
}

TEST_CASE("nothing is started while muster shuts down") {
  Stage stage = every_hour();
  stage.pass(1h);
  stage.launched("nightly.1");
  stage.tell(Signalled{SIGTERM});
  stage.pass(2h);
  CHECK(stage.launches() == 1);
}

TEST_CASE("a run by hand has the type's settings and its files, and there are never two") {
  AppModel model = with_nightly("0 * * * *");
  model.types[1].settings.watching.max_age = Watching::Period{10min};
  model.one_offs.surroundings.isolate = true;
  Stage stage({}, std::move(model));
  stage.ask(detached({"nightly"}));
  CHECK(stage.launch("run.1").surroundings.isolate == false);
  stage.launched("run.1");
  CHECK(stage.refusal(stage.ask(detached({"nightly", "--dry"}))) ==
        "run.1 runs already, and of nightly there are never two at once");
  stage.pass(10min);
  CHECK(stage.signals() == Lines{"run.1 15"});
  stage.pass(1min);
  stage.clear();
  stage.pass(49min);
  CHECK(said(stage, "nightly: Not started at its time: run.1 still runs"));
}

TEST_CASE("a run that has failed is told, and stands as an alarm until one ends well") {
  Stage stage = every_hour();
  const auto alarms = [&] { return stage.reply<StatusReply>(stage.ask(StatusRequest{})).alarms; };
  stage.pass(1h);
  stage.launched("nightly.1");
  stage.clear();
  stage.exits("nightly.1", 3);
  stage.gone("nightly.1");
  CHECK(said(stage, "nightly.1: It has failed: ended with status 3"));
  CHECK(alarms() == Lines{"nightly has failed at its time: nightly.1 ended with status 3"});
  stage.pass(1h);
  stage.launched("nightly.2");
  stage.exits("nightly.2", 0);
  stage.gone("nightly.2");
  CHECK(alarms().empty());
  stage.pass(1h);
  stage.fails("nightly.3");
  CHECK(alarms().size() == 1);
}

TEST_CASE(
    "what is stopped is not run at its times until it is started, and nobody can restart it") {
  Stage stage = every_hour();
  stage.pass(1h);
  stage.launched("nightly.1");
  CHECK(
      stage.refusal(stage.ask(RestartRequest{{"nightly"}}))
          .starts_with("nightly is run at the times of its cron, and there is nothing to restart"));
  stage.ask(StopRequest{{"nightly"}});
  stage.dies("nightly.1", SIGTERM);
  stage.gone("nightly.1");
  CHECK(stage.reply<StatusReply>(stage.ask(StatusRequest{})).alarms.empty());
  stage.pass(1h);
  CHECK(stage.launches() == 1);
  CHECK(said(stage,
             "nightly: Not started at its time: it was stopped; ctl start nightly lets it run "
             "again"));
  stage.ask(StartRequest{{"n*"}});
  stage.pass(1h);
  CHECK(stage.launches() == 2);
}

TEST_CASE("a cron that comes and goes says what it stops and starts, and the wish is remembered") {
  Stage stage({{"web", 0}, {"nightly", 3}}, model_of({{"web", "serve"}, {"nightly", "tidy up"}}));
  const auto reload = [&](AppModel model) {
    const auto id = stage.ask(ReloadRequest{});
    stage.tell(ModelRead{std::move(model)});
    return stage.reply<ReloadReply>(id).changes;
  };
  CHECK(reload(with_nightly("0 * * * *")) == Lines{"nightly: cron changed, stopping 3 processes"});
  CHECK(stage.saved().back() == FormationCounts{{"web", 0}, {"nightly", 3}});
  CHECK(reload(model_of({{"web", "serve"}, {"nightly", "tidy up"}})) ==
        Lines{"nightly: cron changed, starting 3 processes"});
  CHECK(reload(with_nightly("0 * * * *")).size() == 1);
  stage.ask(ScaleRequest{{"nightly=0"}});
  CHECK(reload(model_of({{"web", "serve"}, {"nightly", "tidy up"}})) ==
        Lines{"nightly: cron changed, without a restart"});
}
