// Signals that the keeper gets are meant for the supervisor.
#include <signal.h>

#include "keeper_stage.h"

#include <catch2/catch.hpp>

namespace muster::keeper {
namespace {

int next_signal(const Supervisor& supervisor) {
  Cue cue = supervisor.cue();
  REQUIRE(cue.order == Order::signal);
  return cue.value;
}

TEST_CASE("a signal is handed on, once") {
  KeeperStage stage;
  stage.start();
  Supervisor supervisor = stage.ready_supervisor();
  REQUIRE(supervisor.count_deposits() == 0);
  for (int signal : {SIGHUP, SIGTERM, SIGINT, SIGTERM}) {
    stage.kill(signal);
    CHECK(next_signal(supervisor) == signal);
  }
}

TEST_CASE("signals that came while no supervisor was ready reach the next, once each") {
  KeeperStage stage;
  stage.start();
  Supervisor first = stage.ready_supervisor();
  first.deposit(Kind::launch, 1, {});
  first.kill();
  Supervisor second = stage.supervisor();
  for (int signal : {SIGTERM, SIGHUP, SIGTERM}) {
    stage.kill(signal);
    REQUIRE(second.count_deposits() == 1);  // it has been taken
  }
  second.kill();
  Supervisor third = stage.ready_supervisor();
  CHECK(next_signal(third) == SIGHUP);
  CHECK(next_signal(third) == SIGTERM);
  stage.kill(SIGINT);
  CHECK(next_signal(third) == SIGINT);
}

TEST_CASE("a keeper that is stopped with Ctrl-Z stops its supervisor, and both go on together") {
  KeeperStage stage;
  stage.start();
  Supervisor supervisor = stage.ready_supervisor();
  REQUIRE(supervisor.count_deposits() == 0);
  stage.kill(SIGTSTP);
  CHECK(eventually([&] { return state_of(stage.keeper()) == 'T'; }));
  CHECK(eventually([&] { return state_of(supervisor.pid()) == 'T'; }));
  stage.kill(SIGCONT);
  CHECK(eventually([&] { return state_of(supervisor.pid()) != 'T'; }));
  CHECK(supervisor.count_deposits() == 0);
}

TEST_CASE("signals that mean nothing to a supervisor do not end the keeper") {
  KeeperStage stage;
  stage.start();
  Supervisor supervisor = stage.ready_supervisor();
  REQUIRE(supervisor.count_deposits() == 0);
  stage.kill(SIGUSR1);
  stage.kill(SIGUSR2);
  stage.kill(SIGPIPE);
  CHECK(supervisor.count_deposits() == 0);
}

}  // namespace
}  // namespace muster::keeper
