// The order of reaping: orphans while a supervisor serves, a launch's leader not before it is
// forgotten.
#include <signal.h>

#include "keeper_stage.h"

#include <catch2/catch.hpp>

namespace muster::keeper {
namespace {

pid_t spawn(const Supervisor& supervisor, Order how) {
  supervisor.order(how);
  Cue cue = supervisor.cue();
  REQUIRE(cue.order == Order::spawned);
  return cue.value;
}

// An orphan of which nobody knows has died: is it reaped?
TEST_CASE("orphans come to the keeper and are reaped") {
  KeeperStage stage;
  stage.start();
  Supervisor supervisor = stage.ready_supervisor();
  for (int i = 0; i < 3; ++i) {
    pid_t orphan = spawn(supervisor, Order::spawn_orphan);
    REQUIRE(eventually([&] { return parent_of(orphan) == stage.keeper(); }));
    REQUIRE(kill(orphan, SIGKILL) == 0);
    CHECK(eventually([&] { return !exists(orphan); }));
  }
}

TEST_CASE("a deposited leader that dies stays a zombie until it is forgotten") {
  KeeperStage stage;
  stage.start();
  Supervisor first = stage.ready_supervisor();
  pid_t leader = spawn(first, Order::spawn), orphan = spawn(first, Order::spawn_orphan);
  first.deposit(Kind::launch, 4, {});
  first.set_pid(4, leader);
  first.kill();

  Supervisor second = stage.ready_supervisor();
  REQUIRE(parent_of(leader) == stage.keeper());
  REQUIRE(kill(leader, SIGKILL) == 0);
  REQUIRE(eventually([&] { return state_of(leader) == 'Z'; }));
  std::vector<Parcel> items = second.list();
  REQUIRE(items.size() == 1);
  CHECK(items[0].message.pid == leader);
  CHECK(state_of(leader) == 'Z');

  // A process that dies behind it is reaped at the latest when it is forgotten.
  REQUIRE(kill(orphan, SIGKILL) == 0);
  second.forget(Kind::launch, 4);
  CHECK(eventually([&] { return !exists(leader) && !exists(orphan); }));
}

TEST_CASE("nobody is reaped before a supervisor is ready") {
  KeeperStage stage;
  stage.start();
  Supervisor first = stage.ready_supervisor();
  pid_t unknown = spawn(first, Order::spawn);
  first.deposit(Kind::launch, 4, {});
  first.kill();
  REQUIRE(kill(unknown, SIGKILL) == 0);
  Supervisor second = stage.supervisor();
  REQUIRE(second.count_deposits() == 1);
  CHECK(state_of(unknown) == 'Z');
  second.say(Verb::ready);
  CHECK(eventually([&] { return !exists(unknown); }));
}

TEST_CASE("a leader that is forgotten while it lives is reaped as an orphan later") {
  KeeperStage stage;
  stage.start();
  Supervisor first = stage.ready_supervisor();
  pid_t leader = spawn(first, Order::spawn);
  first.deposit(Kind::launch, 4, {}, "", leader);
  first.kill();
  Supervisor second = stage.ready_supervisor();
  second.forget(Kind::launch, 4);
  REQUIRE(second.count_deposits() == 0);
  CHECK(exists(leader));
  REQUIRE(kill(leader, SIGKILL) == 0);
  CHECK(eventually([&] { return !exists(leader); }));
}

TEST_CASE("a supervisor that stands still is ended, and the next one starts") {
  KeeperStage stage({"MUSTER_RESTART_MS=0", "MUSTER_WATCHDOG_MS=240"});
  stage.start();
  Supervisor first = stage.ready_supervisor();
  first.kill(SIGSTOP);
  Supervisor second = stage.supervisor();
  CHECK(second.hello.deaths == 1);
  CHECK(!exists(first.pid()));
}

}  // namespace
}  // namespace muster::keeper
