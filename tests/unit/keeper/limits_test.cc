// A keeper is given too much, and messages that are none.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "keeper_stage.h"

#include <catch2/catch.hpp>

namespace muster::keeper {
namespace {

TEST_CASE("a thousand deposits that are forgotten again leave no descriptor behind") {
  KeeperStage stage;
  stage.start();
  Supervisor supervisor = stage.ready_supervisor();
  REQUIRE(supervisor.count_deposits() == 0);
  const int before = count_fds(stage.keeper());
  Pipe pipe;
  const int from = pipe.from.get(), to = pipe.to.get();
  for (uint64_t key = 0; key < 1000; ++key) supervisor.deposit(Kind::launch, key, {from, to, to});
  REQUIRE(supervisor.count_deposits() == 1000);
  CHECK(count_fds(stage.keeper()) == before + 3000);
  for (uint64_t key = 0; key < 1000; ++key) supervisor.deposit(Kind::launch, key, {to});
  REQUIRE(supervisor.count_deposits() == 1000);
  CHECK(count_fds(stage.keeper()) == before + 1000);
  for (uint64_t key = 0; key < 1000; ++key) supervisor.forget(Kind::launch, key);
  REQUIRE(supervisor.count_deposits() == 0);
  CHECK(count_fds(stage.keeper()) == before);
}

TEST_CASE("descriptors for which there is no room are lost as a whole, and that is said") {
  KeeperStage stage;
  stage.fd_limit = 32;
  stage.start();
  Supervisor supervisor = stage.ready_supervisor();
  Pipe pipe;
  const int from = pipe.from.get(), to = pipe.to.get();
  for (uint64_t key = 0; key < 20; ++key) supervisor.deposit(Kind::launch, key, {from, to, to, to});
  std::vector<Parcel> items = supervisor.list();
  REQUIRE(items.size() == 20);
  int whole = 0;
  for (const Parcel& item : items) {
    CHECK(item.message.fd_count + static_cast<uint32_t>(item.message.value) == 4);
    CHECK((item.message.value == 0 || item.message.fd_count == 0));
    whole += item.message.fd_count == 4;
  }
  CHECK(whole > 2);
  CHECK(whole < 6);
  close_all(items);

  // The reserve is enough to start the next one.
  supervisor.kill();
  CHECK(stage.ready_supervisor().count_deposits() == 20);
}

TEST_CASE("what is no message is passed over") {
  KeeperStage stage;
  stage.start();
  Supervisor supervisor = stage.ready_supervisor();
  supervisor.deposit(Kind::lock, 0, {0});
  REQUIRE(supervisor.count_deposits() == 1);
  const int before = count_fds(stage.keeper());
  const int socket = supervisor.keeper.get();

  const std::string garbage(4096, 'x');
  for (size_t bytes : {1u, 135u, 136u, 137u, 4096u})
    REQUIRE(::send(socket, garbage.data(), bytes, MSG_NOSIGNAL) == static_cast<ssize_t>(bytes));
  for (uint32_t verb : {0u, 9u, 10u, 77u, ~0u})
    REQUIRE(send(socket, Message{Verb{verb}, Kind::launch, 1}, nullptr, 0) == 0);
  for (uint32_t count : {1u, 4u, 5u, ~0u}) {
    Message lying{Verb::deposit, Kind{5}, 1};
    lying.fd_count = count;
    REQUIRE(::send(socket, &lying, sizeof lying, MSG_NOSIGNAL) == sizeof lying);
  }
  REQUIRE(send(socket, Message{Verb::deposit, Kind{0}, 1}, nullptr, 0) == 0);
  REQUIRE(send(socket, Message{Verb::set_pid, Kind::lock, 0, -1}, nullptr, 0) == 0);
  REQUIRE(send(socket, Message{Verb::set_pid, Kind::launch, 99, 1}, nullptr, 0) == 0);
  REQUIRE(send(socket, Message{Verb::forget, Kind{88}, 99}, nullptr, 0) == 0);
  // Descriptors beside a verb that takes none.
  Message alive{Verb::alive};
  alive.fd_count = 2;
  const int two[] = {0, 1};
  REQUIRE(send(socket, alive, two, 0) == 0);

  std::vector<Parcel> items = supervisor.list();
  REQUIRE(items.size() == 2);  // the lock, and the one that lied about its descriptors
  CHECK(items[0].message.fd_count == 1);
  CHECK(items[1].message.fd_count == 0);
  CHECK(items[1].message.value == 4);
  close_all(items);
  CHECK(count_fds(stage.keeper()) == before);
}

TEST_CASE("a table that is full refuses one more and says so after the list") {
  KeeperStage stage;
  stage.start();
  Supervisor supervisor = stage.ready_supervisor();
  for (uint64_t key = 0; key <= max_deposits; ++key) supervisor.deposit(Kind::launch, key, {});
  supervisor.say(Verb::list);
  uint32_t items = 0;
  Parcel parcel = supervisor.hear();
  for (; parcel.message.verb == Verb::item; parcel = supervisor.hear()) ++items;
  CHECK(items == max_deposits);
  CHECK(parcel.message.verb == Verb::end);
  CHECK(parcel.message.value == 1);
}

}  // namespace
}  // namespace muster::keeper
