// When the supervisor is started again and when it is ended: the Ward alone, without a process and
// with the time that the test says it is.
#include "daemon/keeper/ward.h"

#include <catch2/catch.hpp>

namespace muster::keeper {
namespace {

using namespace std::chrono_literals;

char* no_command[] = {nullptr};

struct Watched {
  explicit Watched(Phase phase) {
    state.phase = Phase::starting;
    if (phase == Phase::ready) ward.on_ready(now);
    state.deadline = phase == Phase::ready ? state.deadline : now + 1s;
  }
  // The next look, which comes as much later than it should as the machine was asleep.
  void look(Time asleep = 0s) {
    now = state.deadline + asleep;
    ward.on_deadline(now);
  }
  // It died, and a decision was taken: how long until the next one starts.
  Time die() {
    state.phase = Phase::none;
    REQUIRE(ward.plan_next(now, 1, false));
    return state.deadline - now;
  }

  Time now{1h};
  WardState state;
  Ward ward{state, Pace{}, no_command};
};

TEST_CASE("a ready supervisor that says nothing is ended after eight seconds, then killed") {
  Watched it(Phase::ready);
  const Time since = it.now;
  for (int i = 0; i < 5; ++i) {
    CHECK(it.state.phase == Phase::ready);
    it.look();
  }
  CHECK(it.state.phase == Phase::ending);
  CHECK(it.now - since == 8s);
  CHECK(it.state.deadline == it.now + 1s);
  it.look();
  CHECK(it.state.deadline == never);
}

TEST_CASE("a sign of life starts the watchdog anew") {
  Watched it(Phase::ready);
  for (int i = 0; i < 4; ++i) it.look();
  it.ward.on_alive(it.now);
  CHECK(it.state.deadline == it.now + 4s);
  for (int i = 0; i < 4; ++i) it.look();
  CHECK(it.state.phase == Phase::ready);
}

TEST_CASE("hours in which the keeper itself stood still count as one look") {
  Watched it(Phase::ready);
  it.look(5h);
  CHECK(it.state.phase == Phase::ready);
  CHECK(it.state.deadline == it.now + 1s);
}

TEST_CASE("a supervisor has sixty seconds to become ready, from its last sign of life") {
  Watched it(Phase::starting);
  for (int i = 0; i < 59; ++i) it.look();
  CHECK(it.state.phase == Phase::starting);
  it.ward.on_alive(it.now);
  const Time since = it.now;
  while (it.state.phase == Phase::starting) it.look();
  CHECK(it.state.phase == Phase::ending);
  CHECK(it.now - since == 60s);
}

TEST_CASE("the next one starts at once, then after 10 ms, 100 ms, 1 s, and never more than 5 s") {
  Watched it(Phase::starting);
  for (Time delay : {0ms, 10ms, 100ms, 1000ms, 5000ms, 5000ms}) CHECK(it.die() == delay);
  CHECK(it.state.deaths == 6);
}

TEST_CASE("one that has been ready for ten seconds ends the row of deaths") {
  Watched it(Phase::starting);
  for (int i = 0; i < 4; ++i) it.die();
  it.state.phase = Phase::starting;
  it.ward.on_ready(it.now);
  SECTION("not after less") {
    it.now += 9999ms;
    CHECK(it.die() == 5s);
    CHECK(it.state.deaths == 5);
  }
  SECTION("after ten") {
    it.now += 10s;
    CHECK(it.die() == 0s);
    CHECK(it.state.deaths == 1);
  }
}

TEST_CASE("an upgrade is no death") {
  Watched it(Phase::ready);
  it.state.planned_end = true;
  CHECK(it.die() == 0s);
  CHECK(it.state.deaths == 0);
  CHECK(it.die() == 0s);
  CHECK(it.state.deaths == 1);
}

TEST_CASE("a first supervisor that never was ready ends the keeper, if nothing is lost by it") {
  Watched it(Phase::starting);
  it.state.phase = Phase::none;
  SECTION("nothing is") {
    CHECK_FALSE(it.ward.plan_next(it.now, 3, true));
    CHECK(it.state.exit_status == 3);
  }
  SECTION("something is") { CHECK(it.ward.plan_next(it.now, 3, false)); }
  SECTION("it had been ready") {
    it.state.ever_ready = true;
    CHECK(it.ward.plan_next(it.now, 3, true));
  }
}

TEST_CASE("a supervisor that has finished has five seconds to exit") {
  Watched it(Phase::ready);
  it.ward.on_finish(it.now, 256 + 7);
  CHECK(it.state.deadline == it.now + 5s);
  CHECK(it.state.exit_status == 7);
  it.look();
  CHECK(it.state.deadline == never);
}

}  // namespace
}  // namespace muster::keeper
