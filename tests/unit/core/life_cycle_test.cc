// Every state against every event, told as what a process does that is brought into the state: one
// test for each state, one row for each event. Where an event cannot come, the row says never.
#include "daemon/core/life_cycle.h"

#include "stage.h"

using namespace muster;

namespace {

// A process in a state, with the rest of the world at hand. The short grace tells its deadline from
// others.
const CoreOptions options{.stop_grace = 3s};
constexpr const char* name = "worker.1";

Stage starting() { return Stage({{"worker", 1}}, shop(), options); }
Stage up() {
  Stage stage = starting();
  stage.comes_up(name);
  return stage;
}
Stage stopping() {
  Stage stage = up();
  stage.ask(StopRequest{{name}});
  return stage;
}
Stage killing() {
  Stage stage = stopping();
  stage.pass(3s);
  return stage;
}
Stage down() {
  Stage stage = stopping();
  stage.gone(name);
  return stage;
}
Stage crashed() {
  Stage stage = up();
  stage.crashes(name);
  stage.crashes(name);
  return stage;
}
Stage ended(Restart restart, int status) {
  AppModel model = shop();
  model.types[1].settings.restarting.when = restart;
  Stage stage({{"worker", 1}}, model, options);
  stage.comes_up(name);
  stage.exits(name, status);
  stage.gone(name);
  return stage;
}
Stage complete() { return ended(Restart::on_failure, 0); }
Stage failed() { return ended(Restart::never, 1); }
// It ended by itself and has left others behind.
Stage sweeping() {
  Stage stage = up();
  stage.exits(name, 1, true);
  return stage;
}

// It ended by itself and has left nobody behind.
Stage draining() {
  Stage stage = up();
  stage.exits(name, 1);
  return stage;
}

// "state, signals, launches": what is different after an event.
struct Outcome {
  std::string state;
  Stage::Lines signals;
  size_t launches = 0;
  bool operator==(const Outcome&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Outcome& it) {
  out << it.state << ", launches " << it.launches << ", signals";
  for (auto& signal : it.signals) out << ' ' << signal;
  return out;
}

template <class Tell>
Outcome after(Stage stage, Tell tell) {
  stage.clear();
  const size_t before = stage.launches();
  tell(stage);
  return {stage.state(name), stage.signals(), stage.launches() - before};
}

const auto start = [](Stage& s) { s.ask(StartRequest{{name}}); };
const auto stop = [](Stage& s) { s.ask(StopRequest{{name}}); };
const auto restart = [](Stage& s) { s.ask(RestartRequest{{name}}); };
const auto shut_down_twice = [](Stage& s) {
  s.tell(Signalled{SIGINT}), s.sleep(1s);
  s.tell(Signalled{SIGINT});
};
const auto launched = [](Stage& s) { s.launched(name); };
const auto fails = [](Stage& s) { s.fails(name); };
const auto listens = [](Stage& s) { s.listens(name); };
const auto exits = [](Stage& s) { s.exits(name, 1); };
const auto exits_leaving = [](Stage& s) { s.exits(name, 1, true); };
const auto gone = [](Stage& s) { s.gone(name); };
const auto grace_passes = [](Stage& s) { s.pass(3s); };

const Stage::Lines no_signal;
const Stage::Lines term{"worker.1 15"}, term_all{"worker.1 15 all"}, kill_{"worker.1 9"},
    term_all_then_kill{"worker.1 15 all", "worker.1 9"},
    term_then_kill{"worker.1 15", "worker.1 9"};

void never(ProcessState state, std::initializer_list<LifeEvent> events) {
  for (LifeEvent event : events) {
    INFO(name_of(event));
    CHECK(cell(state, event).effect == Effect::never);
  }
}

using E = LifeEvent;

}  // namespace

TEST_CASE("a process that is down") {
  CHECK(after(down(), start) == Outcome{"starting", no_signal, 1});
  CHECK(after(down(), stop) == Outcome{"down", no_signal, 0});
  CHECK(after(down(), restart) == Outcome{"starting", no_signal, 1});
  CHECK(cell(ProcessState::down, E::kill) == Cell{ProcessState::down, Effect::retire});
  never(ProcessState::down, {E::hang_up, E::launched, E::failed, E::ready, E::exited, E::abandoned,
                             E::gone, E::deadline});
}

TEST_CASE("a process that is starting") {
  CHECK(after(starting(), start) == Outcome{"starting", no_signal, 0});
  CHECK(after(starting(), stop) == Outcome{"stopping", term, 0});
  CHECK(after(starting(), restart) == Outcome{"stopping", term, 0});
  CHECK(after(starting(), shut_down_twice) == Outcome{"stopping", term_then_kill, 0});
  CHECK(after(starting(), launched) == Outcome{"up", no_signal, 0});
  CHECK(after(starting(), fails) == Outcome{"starting", no_signal, 1});  // the first is forgiven
  CHECK(after(starting(), listens) == Outcome{"up", no_signal, 0});
  CHECK(after(starting(), exits) == Outcome{"crashed", no_signal, 0});
  CHECK(after(starting(), exits_leaving) == Outcome{"crashed", term_all, 0});
  CHECK(cell(ProcessState::starting, E::kill) == Cell{ProcessState::killing, Effect::kill});
  // Only types with a port have a deadline then, and only one-offs are hung up on.
  CHECK(cell(ProcessState::starting, E::deadline) ==
        Cell{ProcessState::starting, Effect::end_boot});
  CHECK(cell(ProcessState::starting, E::hung) == Cell{ProcessState::killing, Effect::kill_hung});
  CHECK(cell(ProcessState::starting, E::hang_up) ==
        Cell{ProcessState::stopping, Effect::terminate});
  never(ProcessState::starting, {E::gone});
}

TEST_CASE("a process that is up") {
  CHECK(after(up(), start) == Outcome{"up", no_signal, 0});
  CHECK(after(up(), stop) == Outcome{"stopping", term, 0});
  CHECK(after(up(), restart) == Outcome{"stopping", term, 0});
  CHECK(after(up(), shut_down_twice) == Outcome{"stopping", term_then_kill, 0});
  CHECK(after(up(), listens) == Outcome{"up", no_signal, 0});
  CHECK(after(up(), exits) == Outcome{"crashed", no_signal, 0});
  CHECK(after(up(), exits_leaving) == Outcome{"crashed", term_all, 0});
  CHECK(cell(ProcessState::up, E::kill) == Cell{ProcessState::killing, Effect::kill});
  CHECK(cell(ProcessState::up, E::hang_up) == Cell{ProcessState::up, Effect::hang_up});
  CHECK(cell(ProcessState::up, E::deadline) == Cell{ProcessState::up, Effect::run_out});
  never(ProcessState::up, {E::launched, E::failed, E::gone});
}

TEST_CASE("a process that is stopping") {
  CHECK(after(stopping(), start) == Outcome{"stopping", no_signal, 0});
  CHECK(after(stopping(), stop) == Outcome{"stopping", no_signal, 0});
  CHECK(after(stopping(), restart) == Outcome{"stopping", no_signal, 0});
  CHECK(after(stopping(), shut_down_twice) == Outcome{"stopping", kill_, 0});
  CHECK(after(stopping(), listens) == Outcome{"stopping", no_signal, 0});
  CHECK(after(stopping(), launched) == Outcome{"stopping", term, 0});
  CHECK(after(stopping(), fails) == Outcome{"down", no_signal, 0});
  CHECK(after(stopping(), exits) == Outcome{"stopping", no_signal, 0});
  CHECK(after(stopping(), exits_leaving) == Outcome{"stopping", term, 0});
  CHECK(after(stopping(), gone) == Outcome{"down", no_signal, 0});
  CHECK(after(stopping(), grace_passes) == Outcome{"stopping", term_all_then_kill, 0});
  CHECK(cell(ProcessState::stopping, E::hang_up) == Cell{ProcessState::stopping, Effect::none});
}

TEST_CASE("a process that has been killed") {
  CHECK(after(killing(), start) == Outcome{"stopping", no_signal, 0});
  CHECK(after(killing(), stop) == Outcome{"stopping", no_signal, 0});
  CHECK(after(killing(), restart) == Outcome{"stopping", no_signal, 0});
  CHECK(after(killing(), shut_down_twice) == Outcome{"stopping", no_signal, 0});
  CHECK(after(killing(), listens) == Outcome{"stopping", no_signal, 0});
  CHECK(after(killing(), launched) == Outcome{"stopping", kill_, 0});
  CHECK(after(killing(), fails) == Outcome{"down", no_signal, 0});
  CHECK(after(killing(), exits) == Outcome{"stopping", no_signal, 0});
  CHECK(after(killing(), exits_leaving) == Outcome{"stopping", no_signal, 0});
  CHECK(after(killing(), gone) == Outcome{"down", no_signal, 0});
  CHECK(after(killing(), [](Stage& s) { s.pass(5s); }) == Outcome{"stopping", kill_, 0});
  CHECK(cell(ProcessState::killing, E::hang_up) == Cell{ProcessState::killing, Effect::none});
}

TEST_CASE("a process that has ended by itself, while others of its tree are alive") {
  CHECK(after(sweeping(), start) == Outcome{"stopping", no_signal, 0});
  CHECK(after(sweeping(), stop) == Outcome{"stopping", no_signal, 0});
  CHECK(after(sweeping(), restart) == Outcome{"stopping", no_signal, 0});
  CHECK(after(sweeping(), shut_down_twice) == Outcome{"stopping", kill_, 0});
  CHECK(after(sweeping(), listens) == Outcome{"crashed", no_signal, 0});
  CHECK(after(sweeping(), gone) == Outcome{"starting", no_signal, 1});
  CHECK(after(sweeping(), grace_passes) == Outcome{"crashed", kill_, 0});
}

TEST_CASE("a process that has ended by itself, while what it printed is still being read") {
  CHECK(after(draining(), start) == Outcome{"stopping", no_signal, 0});
  CHECK(after(draining(), stop) == Outcome{"stopping", term_all, 0});
  CHECK(after(draining(), restart) == Outcome{"stopping", no_signal, 0});
  CHECK(after(draining(), shut_down_twice) == Outcome{"stopping", term_all, 0});
  CHECK(after(draining(), listens) == Outcome{"crashed", no_signal, 0});
  CHECK(after(draining(), gone) == Outcome{"starting", no_signal, 1});
  CHECK(after(draining(), [](Stage& s) { s.pass(24h); }) == Outcome{"crashed", no_signal, 0});
  CHECK(cell(ProcessState::draining, E::hang_up) == Cell{ProcessState::draining, Effect::none});
  never(ProcessState::draining, {E::launched, E::failed, E::exited, E::abandoned, E::deadline});
}

TEST_CASE("a process that was told to end, and has, is not killed while it is being read") {
  Stage stage = stopping();
  exits(stage);
  CHECK_FALSE(stage.has_deadline());
  Stage killed = killing();
  exits(killed);
  CHECK_FALSE(killed.has_deadline());
  CHECK(after(std::move(killed), restart) == Outcome{"stopping", no_signal, 0});
}

TEST_CASE("a process that waits for its back-off") {
  CHECK(after(crashed(), start) == Outcome{"starting", no_signal, 1});
  CHECK(after(crashed(), stop) == Outcome{"down", no_signal, 0});
  CHECK(after(crashed(), restart) == Outcome{"starting", no_signal, 1});
  CHECK(after(crashed(), shut_down_twice) == Outcome{"down", no_signal, 0});
  CHECK(after(crashed(), [](Stage& s) { s.pass(10s); }) == Outcome{"starting", no_signal, 1});
  CHECK(cell(ProcessState::crashed, E::kill) == Cell{ProcessState::down, Effect::retire});
  never(ProcessState::crashed,
        {E::hang_up, E::launched, E::failed, E::ready, E::exited, E::abandoned, E::gone});
}

TEST_CASE("a process that has done what it was for") {
  CHECK(after(complete(), start) == Outcome{"starting", no_signal, 1});
  CHECK(after(complete(), stop) == Outcome{"down", no_signal, 0});
  CHECK(after(complete(), restart) == Outcome{"starting", no_signal, 1});
  CHECK(after(complete(), shut_down_twice) == Outcome{"down", no_signal, 0});
  CHECK(after(complete(), [](Stage& s) { s.pass(24h); }) == Outcome{"complete", no_signal, 0});
  CHECK(cell(ProcessState::complete, E::kill) == Cell{ProcessState::down, Effect::retire});
  never(ProcessState::complete, {E::hang_up, E::launched, E::failed, E::ready, E::exited,
                                 E::abandoned, E::gone, E::deadline, E::give_up});
}

TEST_CASE("a process that has crashed often enough") {
  CHECK(after(failed(), start) == Outcome{"starting", no_signal, 1});
  CHECK(after(failed(), stop) == Outcome{"down", no_signal, 0});
  CHECK(after(failed(), restart) == Outcome{"starting", no_signal, 1});
  CHECK(after(failed(), shut_down_twice) == Outcome{"down", no_signal, 0});
  CHECK(after(failed(), [](Stage& s) { s.pass(24h); }) == Outcome{"failed", no_signal, 0});
  CHECK(cell(ProcessState::failed, E::kill) == Cell{ProcessState::down, Effect::retire});
  never(ProcessState::failed, {E::hang_up, E::launched, E::failed, E::ready, E::exited,
                               E::abandoned, E::gone, E::deadline, E::give_up});
}

TEST_CASE("what lasts too long is what is to come up or to end, and given up is what crashed") {
  CHECK(cell(ProcessState::crashed, E::give_up) == Cell{ProcessState::failed, Effect::give_up});
  for (ProcessState state : process_states) {
    if (cell(state, E::hung).next != ProcessState::killing) never(state, {E::hung});
    if (state != ProcessState::crashed) never(state, {E::give_up});
  }
}

TEST_CASE("where a process goes when nothing of it is alive is what was wished last") {
  SECTION("stop, then start") {
    Stage stage = stopping();
    start(stage);
    CHECK(after(std::move(stage), gone) == Outcome{"starting", no_signal, 1});
  }
  SECTION("stop, then restart, then killed") {
    Stage stage = stopping();
    restart(stage);
    stage.pass(3s);
    CHECK(after(std::move(stage), gone) == Outcome{"starting", no_signal, 1});
  }
  SECTION("restart, then stop") {
    Stage stage = up();
    restart(stage);
    stop(stage);
    CHECK(after(std::move(stage), gone) == Outcome{"down", no_signal, 0});
  }
  SECTION("restart, then killed, then stop") {
    Stage stage = killing();
    restart(stage);
    stop(stage);
    CHECK(after(std::move(stage), gone) == Outcome{"down", no_signal, 0});
  }
  SECTION("it ended by itself, then stop") {
    Stage stage = sweeping();
    stop(stage);
    CHECK(after(std::move(stage), gone) == Outcome{"down", no_signal, 0});
  }
  SECTION("restart, and what it started as fails") {
    Stage stage = starting();
    restart(stage);
    CHECK(after(std::move(stage), fails) == Outcome{"starting", no_signal, 1});
  }
}
