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
  CHECK(stage.saved().back() == FormationCounts{{"web", 0}, {"nightly", 0}});
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

TEST_CASE("whoever goes on knows what was due") {
  const Now begun{MonoTime(1h), WallTime(1'800'000'000s)};
  Core core(with_nightly("0 * * * *"), {}, {});
  Memory memory;
  memory.add(*core.take_note(core.start(begun)));
  Core successor(with_nightly("0 * * * *"), {}, {});
  const auto actions = successor.resume(memory, {begun.mono + 1h, begun.wall + 1h});
  CHECK(std::any_of(actions.begin(), actions.end(),
                    [](auto& action) { return std::holds_alternative<Launch>(action); }));
}

TEST_CASE("nothing is started while muster shuts down") {
  Stage stage = every_hour();
  stage.pass(1h);
  stage.launched("nightly.1");
  stage.tell(Signalled{SIGTERM});
  stage.pass(2h);
  CHECK(stage.launches() == 1);
}
