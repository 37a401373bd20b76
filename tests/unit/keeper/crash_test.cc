// The state that outlives a supervisor which is killed at the worst instant.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "keeper_stage.h"

#include <catch2/catch.hpp>

namespace muster::keeper {
namespace {

TEST_CASE("what a supervisor deposited just before it was killed is found by the next one") {
  KeeperStage stage;
  stage.start();
  Supervisor first = stage.ready_supervisor();
  CHECK(first.hello.deaths == 0);
  Pipe pipe;
  REQUIRE(write(pipe.to.get(), "half a li", 9) == 9);

  // Stopped, the keeper cannot have taken anything before the supervisor is dead.
  stage.kill(SIGSTOP);
  first.deposit(Kind::lock, 0, {});
  first.deposit(Kind::launch, 17, {pipe.from.get()}, "web.1");
  first.kill();
  pipe.from.reset();
  first.keeper.reset();
  REQUIRE(eventually([&] { return state_of(first.pid()) == 'Z'; }));
  stage.kill(SIGCONT);

  Supervisor second = stage.supervisor();
  CHECK(second.hello.deaths == 1);
  std::vector<Parcel> items = second.list();
  REQUIRE(items.size() == 2);
  const Parcel& launch = items[1];
  CHECK(launch.message.kind == Kind::launch);
  CHECK(launch.message.key == 17);
  CHECK(launch.message.value == 0);
  CHECK(std::string(launch.message.note) == "web.1");
  REQUIRE(launch.message.fd_count == 1);
  CHECK(read_some(launch.fds[0]) == "half a li");
  close_all(items);
}

TEST_CASE("a supervisor that dies with the answer to its question unread loses nothing") {
  KeeperStage stage;
  stage.start();
  Supervisor first = stage.ready_supervisor();
  first.deposit(Kind::launch, 1, {});
  first.say(Verb::list);
  REQUIRE(wait_readable(first.keeper.get()));
  stage.kill(SIGSTOP);
  first.deposit(Kind::launch, 2, {});
  first.kill();
  first.keeper.reset();
  REQUIRE(eventually([&] { return state_of(first.pid()) == 'Z'; }));
  stage.kill(SIGCONT);
  CHECK(stage.supervisor().count_deposits() == 2);
}

TEST_CASE("a hundred kills in a row") {
  KeeperStage stage;
  stage.start();
  Pipe pipe;
  for (uint64_t i = 0; i < 100; ++i) {
    Supervisor supervisor = stage.ready_supervisor();
    CHECK(supervisor.hello.deaths == static_cast<int>(i));
    REQUIRE(supervisor.count_deposits() == i);
    supervisor.deposit(Kind::launch, i, {pipe.from.get()}, std::to_string(i));
    supervisor.kill();
  }
  std::vector<Parcel> items = stage.ready_supervisor().list();
  REQUIRE(items.size() == 100);
  for (const Parcel& item : items) {
    CHECK(item.message.fd_count == 1);
    CHECK(std::string(item.message.note) == std::to_string(item.message.key));
  }
  close_all(items);
}

TEST_CASE("the keeper exits with what the supervisor finished with") {
  KeeperStage stage;
  stage.start();
  Supervisor supervisor = stage.ready_supervisor();
  supervisor.deposit(Kind::launch, 1, {});
  supervisor.say(Verb::finish, 42);
  supervisor.order(Order::exit, 3);
  CHECK(stage.exit_status() == 42);
}

TEST_CASE("a first supervisor that fails before it is ready is not started again") {
  KeeperStage stage;
  stage.start();
  Supervisor supervisor = stage.supervisor();
  supervisor.deposit(Kind::lock, 0, {});
  supervisor.order(Order::exit, 7);
  CHECK(stage.exit_status() == 7);
}

}  // namespace
}  // namespace muster::keeper
