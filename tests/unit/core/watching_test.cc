// The reasons for which a process that is up is restarted although it runs: silence, and age.
#include "stage.h"

using namespace muster;
using Lines = Stage::Lines;

namespace {

Stage watched_worker(std::optional<Nanos> watchdog, std::optional<Nanos> max_age = {},
                     FormationCounts wish = {{"web", 0}, {"worker", 1}}) {
  AppModel model = shop();
  auto& watching = model.types[1].settings.watching;
  if (watchdog) watching.watchdog = Watching::Period{*watchdog};
  if (max_age) watching.max_age = Watching::Period{*max_age};
  Stage stage(std::move(wish), std::move(model));
  stage.launched("worker.1");
  return stage;
}

void says_alive(Stage& stage) {
  stage.tell(Notified{stage.launch_of("worker.1"), false, {}, true});
}

bool has_variable(const Launch& launch, const std::string& name, const std::string& value) {
  for (auto& pair : launch.env)
    if (pair == std::pair(name, value)) return true;
  return false;
}

}  // namespace

TEST_CASE("a process with a watchdog is told how often it has to be heard") {
  Stage stage = watched_worker(30s);
  CHECK(has_variable(stage.launch("worker.1"), "WATCHDOG_USEC", "30000000"));
  CHECK(stage.launch("worker.1").notifies);
  CHECK_FALSE(watched_worker({}).launch("worker.1").notifies);
}

TEST_CASE("who is heard in time stays up, who is not is killed and has crashed") {
  Stage stage = watched_worker(30s);
  for (int i = 0; i < 5; i++) {
    stage.pass(29s);
    says_alive(stage);
  }
  CHECK(stage.signals().empty());
  stage.pass(30s);
  CHECK(stage.signals() == Lines{"worker.1 9"});
  const Lines lines = stage.lines();
  CHECK(std::count(lines.begin(), lines.end(),
                   "worker.1: Its watchdog has heard nothing for 30 seconds") == 1);
  stage.dies("worker.1", SIGKILL);
  CHECK(stage.row("worker.1").state == "crashed");
  stage.gone("worker.1");
  CHECK(stage.row("worker.1").state == "starting");
}

TEST_CASE("who was silent while muster itself slept is asked once more") {
  Stage stage = watched_worker(30s);
  stage.sleep(60s);
  stage.tell(Tick{});
  CHECK(stage.signals().empty());
  stage.pass(30s);
  CHECK(stage.signals() == Lines{"worker.1 9"});
}

TEST_CASE("an old process is restarted, at some time in an eighth of its age") {
  Stage stage = watched_worker({}, 80s);
  stage.pass(80s - 1ns);
  CHECK(stage.signals().empty());
  stage.pass(10s + 1ns);
  CHECK(stage.signals() == Lines{"worker.1 15"});
  stage.dies("worker.1", SIGTERM);
  stage.gone("worker.1");
  stage.launched("worker.1");
  stage.pass(79s);
  CHECK(stage.row("worker.1").state == "up");
}

TEST_CASE("those that were launched together are not restarted together") {
  Stage stage = watched_worker({}, 80s, {{"web", 0}, {"worker", 2}});
  stage.launched("worker.2");
  stage.pass(80s);
  Lines restarted = stage.signals();
  for (Nanos waited{}; restarted.empty() && waited < 11s; waited += 1ms) {
    stage.pass(1ms);
    restarted = stage.signals();
  }
  CHECK(restarted.size() == 1);
}

TEST_CASE("an age that is read anew is in force at once") {
  Stage stage = watched_worker({});
  stage.pass(1h);
  AppModel model = shop();
  model.types[1].settings.watching.max_age = Watching::Period{30min};
  stage.ask(ReloadRequest{});
  stage.tell(ModelRead{std::move(model)});
  stage.tell(Tick{});
  CHECK(stage.signals() == Lines{"worker.1 15"});
}

TEST_CASE("a process that is up is watched over as its type says, and as a reload says") {
  AppModel model = shop();
  model.types[1].settings.watching.health =
      HealthCheck{{Readiness::Kind::http, "/", {}}, 1s, 1s, 2};
  Stage stage({{"web", 0}, {"worker", 1}}, std::move(model));
  stage.launched("worker.1");
  CHECK(stage.watched_over("worker.1").health->failures == 2);
  CHECK(stage.watched_over("worker.1").port == 5100);
  stage.ask(ReloadRequest{});
  stage.tell(ModelRead{shop()});
  CHECK_FALSE(stage.watched_over("worker.1").health);
}

TEST_CASE("who is not well is killed and has crashed, who grows too large is restarted") {
  AppModel model = shop();
  model.types[1].settings.watching.health = HealthCheck{{Readiness::Kind::port, {}, {}}};
  model.types[1].settings.watching.max_memory = Quotas::Bytes{100 << 20};
  Stage stage({{"web", 0}, {"worker", 2}}, std::move(model));
  stage.launched("worker.1");
  stage.launched("worker.2");
  stage.clear();
  stage.tell(Unwell{stage.launch_of("worker.1"), 3});
  stage.tell(Grown{stage.launch_of("worker.2"), 110 << 20});
  stage.tell(Grown{stage.launch_of("worker.2"), 120 << 20});
  CHECK(stage.signals() == Lines{"worker.1 9", "worker.2 15"});
  const Lines lines = stage.lines();
  const auto said = [&](const char* line) { return std::count(lines.begin(), lines.end(), line); };
  CHECK(said("worker.1: Its health check has failed 3 times in a row: port") == 1);
  CHECK(said("worker.2: Process running mem=110M(110.0%)") == 1);
  CHECK(said("worker.2: Error R14 (Memory quota exceeded) -> Restarting it") == 1);
  CHECK(stage.row("worker.1").note == "Its health check has failed 3 times in a row: port");
  stage.dies("worker.1", SIGKILL);
  stage.gone("worker.1");
  stage.dies("worker.2", SIGTERM);
  stage.gone("worker.2");
  CHECK(stage.formation() == "worker.1 starting, worker.2 starting");
}

TEST_CASE("who is told to end anyway is not ended once more") {
  AppModel model = shop();
  model.types[1].settings.watching.health = HealthCheck{{Readiness::Kind::port, {}, {}}};
  Stage stage({{"web", 0}, {"worker", 1}}, std::move(model));
  stage.launched("worker.1");
  stage.ask(StopRequest{{"worker"}});
  stage.signals();
  stage.tell(Unwell{stage.launch_of("worker.1"), 3});
  CHECK(stage.signals().empty());
}

TEST_CASE("those that a reload makes old are restarted one after the other") {
  Stage stage({{"web", 0}, {"worker", 3}}, shop());
  for (auto name : {"worker.1", "worker.2", "worker.3"}) stage.launched(name);
  stage.pass(1h);
  AppModel model = shop();
  model.types[1].settings.watching.max_age = Watching::Period{10min};
  stage.ask(ReloadRequest{});
  stage.tell(ModelRead{std::move(model)});
  stage.tell(Tick{});
  const Lines first = stage.signals();
  REQUIRE(first.size() == 1);
  stage.pass(20s);
  stage.signals();
  const std::string name = first[0].substr(0, first[0].find(' '));
  stage.dies(name, SIGKILL);
  stage.gone(name);
  CHECK(stage.signals().empty());
  stage.launched(name);
  CHECK(stage.signals().size() == 1);
}

TEST_CASE("several that are too large are restarted one after the other") {
  AppModel model = shop();
  model.types[1].settings.watching.max_memory = Quotas::Bytes{100 << 20};
  Stage stage({{"web", 0}, {"worker", 2}}, std::move(model));
  for (auto name : {"worker.1", "worker.2"}) stage.launched(name);
  for (auto name : {"worker.1", "worker.2"}) stage.tell(Grown{stage.launch_of(name), 110 << 20});
  CHECK(stage.signals() == Lines{"worker.1 15"});
  stage.dies("worker.1", SIGTERM);
  stage.gone("worker.1");
  stage.launched("worker.1");
  CHECK(stage.signals() == Lines{"worker.2 15"});
}
