// The verdicts of a subscriber about the next record, told as stories of numbers.
#include "proto/continuity.h"

#include <catch2/catch.hpp>

namespace muster {
namespace {

using Live = Continuity::Live;

RecordNumbers numbers(uint64_t seq, uint64_t prev) { return {.seq = seq, .prev = prev, .line = 0}; }

}  // namespace

TEST_CASE("who follows everything takes the next number and no other") {
  Continuity all({}, 0);
  REQUIRE(all.on_replay_end(10));
  CHECK(all.take_live("log/web.1/", numbers(10, 3)) == Live::known);
  CHECK(all.take_live("log/web.1/", numbers(11, 10)) == Live::deliver);
  CHECK(all.take_live("log/web.2/", numbers(12, 0)) == Live::deliver);
  // 13 is missing, although nothing of this topic is.
  CHECK(all.take_live("log/web.1/", numbers(14, 11)) == Live::gap);
  CHECK(all.resume_from() == 13);
}

TEST_CASE("a replay fills the gap, and what came by both ways is delivered once") {
  Continuity all({""}, 0);
  REQUIRE(all.on_replay_end(2));
  CHECK(all.take_live("log/web.1/", numbers(5, 4)) == Live::gap);
  CHECK(all.take_replayed("log/web.1/", numbers(3, 0)));
  CHECK(all.take_replayed("log/web.1/", numbers(4, 3)));
  CHECK(all.take_replayed("log/web.1/", numbers(5, 4)));
  REQUIRE(all.on_replay_end(5));
  CHECK(all.take_live("log/web.1/", numbers(5, 4)) == Live::known);
  CHECK(all.take_live("log/web.1/", numbers(6, 5)) == Live::deliver);
}

TEST_CASE("who follows one topic minds its own predecessor only") {
  Continuity one({"log/web.1/"}, 0);
  REQUIRE(one.on_replay_end(10));
  CHECK(one.take_live("log/web.1/", numbers(20, 7)) == Live::deliver);
  CHECK(one.take_live("log/web.1/", numbers(30, 25)) == Live::gap);
  CHECK(one.resume_from() == 21);
}

TEST_CASE("with several topics a loss in one is seen after news of another") {
  Continuity several({"log/web."}, 0);
  REQUIRE(several.on_replay_end(10));
  CHECK(several.take_live("log/web.2/", numbers(12, 4)) == Live::deliver);
  // 11 was web.1's and has been lost; 13 says so.
  CHECK(several.take_live("log/web.1/", numbers(13, 11)) == Live::gap);
  CHECK(several.resume_from() == 11);
  CHECK(several.take_replayed("log/web.1/", numbers(11, 2)));
  CHECK_FALSE(several.take_replayed("log/web.2/", numbers(12, 4)));
  CHECK(several.take_replayed("log/web.1/", numbers(13, 11)));
  REQUIRE(several.on_replay_end(13));
  CHECK(several.resume_from() == 14);
  CHECK(several.take_live("log/web.2/", numbers(14, 12)) == Live::deliver);
}

TEST_CASE("with several topics the floor moves with a replay, and what is above it is told") {
  Continuity several({"log/web.", "state/"}, 0);
  REQUIRE(several.on_replay_end(10));
  CHECK(several.hides_losses());
  CHECK(several.take_live("log/web.2/", numbers(12, 4)) == Live::deliver);
  CHECK(several.take_live("state/web.1/", numbers(15, 0)) == Live::deliver);
  CHECK(several.have() ==
        std::map<std::string, uint64_t>{{"log/web.2/", 12}, {"state/web.1/", 15}});
  CHECK(several.take_replayed("log/web.1/", numbers(11, 2)));
  CHECK(several.resume_from() == 12);
  CHECK(several.take_replayed("log/web.1/", numbers(13, 11)));
  CHECK(several.resume_from() == 14);
  CHECK_FALSE(several.take_replayed("state/web.1/", numbers(15, 0)));
  REQUIRE(several.on_replay_end(20));
  CHECK(several.have().empty());
  CHECK(several.resume_from() == 21);
}

TEST_CASE("what is gone is not asked for again") {
  Continuity all({}, 0);
  CHECK(all.take_replayed("log/web.1/", numbers(3, 0)));
  all.take_gone(7);
  CHECK(all.resume_from() == 8);
  all.take_gone(5);
  CHECK(all.resume_from() == 8);
}

TEST_CASE("another journal begins everything anew, whatever its numbers are") {
  for (const char* topic : {"", "log/web.1/", "log/"}) {
    Continuity subscriber({topic}, 0);
    CHECK(subscriber.take_journal("a"));
    CHECK(subscriber.take_replayed("log/web.1/", numbers(10, 0)));
    CHECK(subscriber.take_journal("a"));
    CHECK(subscriber.take_journal(""));
    REQUIRE(subscriber.on_replay_end(10));
    CHECK_FALSE(subscriber.take_journal("b"));
    CHECK(subscriber.resume_from() == 1);
    CHECK(subscriber.take_journal("b"));
    CHECK(subscriber.take_replayed("log/web.1/", numbers(10, 9)));
  }
}

TEST_CASE("who begins in the future waits for it") {
  Continuity all({}, 99);
  REQUIRE(all.on_replay_end(10));
  CHECK(all.take_live("log/web.1/", numbers(11, 0)) == Live::known);
  REQUIRE(all.on_replay_end(50));
  CHECK(all.take_live("log/web.1/", numbers(100, 99)) == Live::deliver);
}

TEST_CASE("a head below what was seen means that the numbers have begun anew") {
  for (const char* topic : {"", "log/web.1/", "log/"}) {
    Continuity subscriber({topic}, 0);
    REQUIRE(subscriber.on_replay_end(10));
    CHECK(subscriber.take_live("log/web.1/", numbers(11, 10)) == Live::deliver);
    CHECK_FALSE(subscriber.on_replay_end(2));
    CHECK(subscriber.resume_from() == 1);
    CHECK(subscriber.take_replayed("log/web.1/", numbers(1, 0)));
    CHECK(subscriber.on_replay_end(2));
  }
}

TEST_CASE("very many topics lead to a replay that makes room, not to more memory") {
  Continuity several({"log/"}, 0);
  REQUIRE(several.on_replay_end(0));
  uint64_t seq = 0;
  while (several.take_live("log/run." + std::to_string(seq + 1) + "/", numbers(seq + 1, 0)) ==
         Live::deliver)
    REQUIRE(++seq < 100'000);
  CHECK(seq == 4096);
  REQUIRE(several.on_replay_end(seq));
  CHECK(several.take_live("log/run.1/", numbers(seq + 1, 1)) == Live::deliver);
}

}  // namespace muster
