// The table of deposits against the plainest model of it.
#include "daemon/keeper/deposits.h"

#include <map>
#include <memory>
#include <random>
#include <utility>

#include <catch2/catch.hpp>

namespace muster::keeper {
namespace {

using Key = std::pair<Kind, uint64_t>;

Parcel without_fds(Kind kind, uint64_t key, pid_t pid) {
  Parcel parcel{};
  parcel.message = Message{Verb::deposit, kind, key, pid};
  return parcel;
}

std::map<Key, pid_t> contents(const Deposits& deposits) {
  std::map<Key, pid_t> found;
  uint32_t place = 0;
  while (const Deposit* deposit = deposits.next(place))
    REQUIRE(found.emplace(Key(deposit->item.kind, deposit->item.key), deposit->item.pid).second);
  return found;
}

TEST_CASE("the table holds what was deposited and not forgotten, whatever the order") {
  std::mt19937_64 random(GENERATE(1u, 2u, 3u));
  auto table = std::make_unique<Deposits::Table>();
  Deposits deposits(*table);
  std::map<Key, pid_t> expected;
  for (int step = 0; step < 20000; ++step) {
    const Key key(random() % 2 ? Kind::launch : Kind::listener, random() % 300 * 4096);
    const pid_t pid = static_cast<pid_t>(random() % 40) - 1;
    switch (random() % 3) {
      case 0:
        deposits.put(without_fds(key.first, key.second, pid));
        expected[key] = std::max(pid, 0);
        break;
      case 1:
        deposits.set_pid(key.first, key.second, pid);
        if (auto at = expected.find(key); at != expected.end()) at->second = std::max(pid, 0);
        break;
      default:
        const auto at = expected.find(key);
        REQUIRE(deposits.forget(key.first, key.second) == (at == expected.end() ? 0 : at->second));
        if (at != expected.end()) expected.erase(at);
    }
    bool has = false;
    for (auto& [its_key, its_pid] : expected) has = has || its_pid == 7;
    REQUIRE(deposits.has_pid(7) == has);
    if (step % 1000 == 0) REQUIRE(contents(deposits) == expected);
  }
  REQUIRE(contents(deposits) == expected);
}

TEST_CASE("a full table refuses one more, counts it, and still replaces") {
  auto table = std::make_unique<Deposits::Table>();
  Deposits deposits(*table);
  for (uint64_t key = 0; key < max_deposits; ++key) deposits.put(without_fds(Kind::launch, key, 0));
  CHECK(deposits.refused() == 0);
  deposits.put(without_fds(Kind::launch, max_deposits, 0));
  CHECK(deposits.refused() == 1);
  deposits.put(without_fds(Kind::launch, 5, 77));
  CHECK(deposits.has_pid(77));
  CHECK(contents(deposits).size() == max_deposits);
  deposits.forget(Kind::launch, 9);
  deposits.put(without_fds(Kind::launch, max_deposits, 0));
  CHECK(deposits.refused() == 1);
}

TEST_CASE("a lock alone is nothing that would be lost") {
  auto table = std::make_unique<Deposits::Table>();
  Deposits deposits(*table);
  CHECK(deposits.is_only_a_lock());
  deposits.put(without_fds(Kind::lock, 0, 0));
  CHECK(deposits.is_only_a_lock());
  deposits.put(without_fds(Kind::windows, 0, 0));
  CHECK_FALSE(deposits.is_only_a_lock());
}

}  // namespace
}  // namespace muster::keeper
