// Order: who is launched when, and who ends when.
#include "daemon/core/life_cycle.h"
#include "stage.h"

using namespace muster;
using Lines = Stage::Lines;

namespace {

using Until = Need::Until;

// web needs the database to be up and the migration to be over, which needs the database, too.
AppModel shop_with_a_database() {
  AppModel model =
      model_of({{"web", "serve"}, {"worker", "work"}, {"migrate", "migrate"}, {"db", "store"}});
  model.types[0].settings.needs = {{"db"}, {"migrate", Until::completed}};
  model.types[1].settings.needs = {{"db", Until::started}};
  model.types[2].settings.needs = {{"db"}};
  model.types[2].settings.restarting.when = Restart::on_failure;
  model.types[3].settings.booting.ready = Readiness{Readiness::Kind::notify, {}, {}};
  return model;
}

Stage begun(FormationCounts wish = {{"web", 1}, {"worker", 1}, {"migrate", 1}, {"db", 1}}) {
  return Stage(std::move(wish), shop_with_a_database());
}

void db_is_ready(Stage& stage) {
  stage.launched("db.1");
  stage.tell(Notified{stage.launch_of("db.1"), true, {}});
}

Stage all_there() {
  Stage stage = begun();
  db_is_ready(stage);
  stage.launched("worker.1");
  stage.launched("migrate.1");
  stage.exits("migrate.1", 0);
  stage.gone("migrate.1");
  stage.comes_up("web.1");
  stage.clear();
  return stage;
}

void goes(Stage& stage, const std::string& process) {
  stage.dies(process, SIGTERM);
  stage.gone(process);
}

}  // namespace

TEST_CASE("a process that waits for what it needs") {
  using enum ProcessState;
  CHECK(cell(waiting, LifeEvent::start) == Cell{waiting, Effect::none});
  CHECK(cell(waiting, LifeEvent::stop) == Cell{down, Effect::retire});
  CHECK(cell(waiting, LifeEvent::restart) == Cell{waiting, Effect::none});
  CHECK(cell(waiting, LifeEvent::kill) == Cell{down, Effect::retire});
  CHECK(cell(waiting, LifeEvent::met) == Cell{starting, Effect::launch});
  for (auto event : life_events) {
    const bool known = event == LifeEvent::start || event == LifeEvent::stop ||
                       event == LifeEvent::restart || event == LifeEvent::kill ||
                       event == LifeEvent::met;
    CHECK((cell(waiting, event).effect == Effect::never) == !known);
  }
  for (auto state : process_states)
    if (state != waiting) CHECK(cell(state, LifeEvent::met).effect == Effect::never);
}

TEST_CASE("each is launched when what it needs is there") {
  Stage stage = begun();
  CHECK(stage.formation() == "db.1 starting, migrate.1 waiting, web.1 waiting, worker.1 waiting");
  stage.launched("db.1");
  CHECK(stage.formation() == "db.1 starting, migrate.1 waiting, web.1 waiting, worker.1 starting");
  stage.tell(Notified{stage.launch_of("db.1"), true, {}});
  CHECK(stage.formation() == "db.1 up, migrate.1 starting, web.1 waiting, worker.1 starting");
  stage.launched("migrate.1");
  CHECK(stage.row("web.1").state == "waiting");
  stage.exits("migrate.1", 0);
  CHECK(stage.row("web.1").state == "waiting");
  stage.gone("migrate.1");
  CHECK(stage.row("web.1").state == "starting");
}

TEST_CASE("what is waited for is said") {
  Stage stage = begun({{"web", 1}, {"worker", 0}, {"migrate", 1}, {"db", 2}});
  CHECK(stage.lines().back() == "web.1: Waits for db (0 of 2 up)");
  db_is_ready(stage);
  CHECK(stage.row("web.1").note == "waits for db (1 of 2 up)");
  stage.launched("db.2");
  stage.tell(Notified{stage.launch_of("db.2"), true, {}});
  CHECK(stage.row("web.1").note == "waits for migrate (0 of 1 completed)");
}

TEST_CASE("of a type that is scaled to 0 nothing is there") {
  Stage stage = begun({{"web", 0}, {"worker", 1}, {"migrate", 0}, {"db", 0}});
  CHECK(stage.row("worker.1").note == "waits for db (0 of 0 started)");
  stage.ask(ScaleRequest{{"db=1"}});
  stage.launched("db.1");
  CHECK(stage.row("worker.1").state == "starting");
}

TEST_CASE("who runs goes on when what it needs goes, and waits when it crashes then") {
  Stage stage = all_there();
  stage.ask(StopRequest{{"db"}});
  goes(stage, "db.1");
  CHECK(stage.row("worker.1").state == "up");
  stage.crashes("worker.1");
  CHECK(stage.row("worker.1").state == "waiting");
  const auto id = stage.ask(StartRequest{{"worker"}});
  CHECK(stage.replies(id).empty());
  stage.ask(StartRequest{{"db"}});
  stage.launched("db.1");
  stage.launched("worker.1");
  stage.reply<DoneReply>(id);
}

TEST_CASE("one that waits is stopped without a signal") {
  Stage stage = begun();
  const auto id = stage.ask(StartRequest{{"web"}});
  stage.ask(StopRequest{{"web"}});
  CHECK(stage.refusal(id) == "web.1 was stopped");
  CHECK(stage.signals().empty());
  CHECK(stage.row("web.1").state == "down");
}

TEST_CASE("a reload that lifts a need launches who has waited for it") {
  Stage stage = begun();
  AppModel model = shop_with_a_database();
  model.types[0].settings.needs.clear();
  stage.ask(ReloadRequest{});
  stage.tell(ModelRead{std::move(model)});
  CHECK(stage.row("web.1").state == "starting");
  CHECK(stage.row("migrate.1").state == "waiting");
}

TEST_CASE("at the end each goes before what it needs") {
  Stage stage = all_there();
  stage.tell(Signalled{SIGTERM});
  CHECK(stage.signals() == Lines{"web.1 15", "worker.1 15"});
  goes(stage, "web.1");
  CHECK(stage.signals().empty());
  goes(stage, "worker.1");
  CHECK(stage.signals() == Lines{"db.1 15"});
  goes(stage, "db.1");
  CHECK(stage.finished() == 0);
}

TEST_CASE("what ends by itself at the end is not launched again") {
  Stage stage = all_there();
  stage.tell(Signalled{SIGTERM});
  stage.crashes("db.1");
  CHECK(stage.row("db.1").state == "down");
  goes(stage, "web.1");
  goes(stage, "worker.1");
  CHECK(stage.finished() == 0);
}

TEST_CASE("a second signal waits for nobody") {
  Stage stage = all_there();
  stage.tell(Signalled{SIGTERM});
  stage.sleep(1s);
  stage.tell(Signalled{SIGTERM});
  CHECK(stage.signals() == Lines{"web.1 15", "worker.1 15", "db.1 9", "web.1 9", "worker.1 9"});
}

TEST_CASE("who runs is not taken down to wait for what does not come") {
  Stage stage = all_there();
  stage.ask(StopRequest{{"db"}});
  goes(stage, "db.1");
  stage.clear();
  CHECK(stage.refusal(stage.ask(RestartRequest{{"web"}})) ==
        "web.1 needs db (0 of 1 up) and stays as it is");
  CHECK(stage.signals().empty());
  AppModel changed = shop_with_a_database();
  changed.types[0].settings.surroundings.nice = Niceness{1};
  const auto id = stage.ask(ReloadRequest{});
  stage.tell(ModelRead{std::move(changed)});
  CHECK(stage.reply<ReloadReply>(id).changes ==
        Lines{"web: nice changed, restarting 0 processes",
              "web.1 needs db (0 of 1 up) and stays as it is"});
  CHECK(stage.signals().empty());
  stage.ask(RestartRequest{{"web", "db"}});
  CHECK(stage.signals() == Lines{"web.1 15"});
}
