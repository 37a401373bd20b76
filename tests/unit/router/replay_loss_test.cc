// The records that a replay cannot bring, and the reader that it tells of it: only what was asked
// for, with its cause and in lines.
#include "router/replay.h"

#include "tests/unit/router/replay_fixture.h"

namespace muster {
namespace {

TEST_CASE_METHOD(ReplayFixture,
                 "a count of lines that a flipped bit has made large hides nothing") {
  append_many(60);
  constexpr size_t lines_field = 72;
  newest()[offsets(newest())[58] + lines_field + 2] ^= 1;
  auto r = replay(last(10));
  CHECK(take(r) == range(50, 57));
  CHECK(take(r) == range(59, 60));
  CHECK(r.take_gone() == Gone({58, 58}));
}

TEST_CASE_METHOD(ReplayFixture, "damage of the very first record is told to who wants more lines") {
  append_many(10);
  newest()[offsets(newest())[1] + 100] ^= 1;
  for (auto& request : {last(100), last(10), from(1)}) {
    auto r = replay(request);
    CHECK(take(r) == range(2, 10));
    auto gone = r.take_loss();
    REQUIRE(gone);
    CHECK(gone->range == SeqRange(1, 1));
    CHECK(gone->loss.cause == "damage");
    CHECK(gone->loss.last_line == 1);
  }
  auto enough = replay(last(9));
  CHECK(take(enough) == range(2, 10));
  CHECK_FALSE(enough.take_gone());
}

TEST_CASE_METHOD(ReplayFixture, "what retention has deleted is told in lines, with what follows") {
  options.segment_bytes = 1000;
  options.total_bytes = 3000;
  append_many(100);
  const uint64_t oldest = writer->segments().front().first_seq;
  auto r = replay(from(1));
  take(r);
  auto gone = r.take_loss();
  REQUIRE(gone);
  CHECK(gone->loss.cause == "retention");
  CHECK(gone->loss.first_line == 1);
  CHECK(gone->loss.last_line == oldest - 1);
  CHECK(gone->loss.before == WallTime(Nanos(writer->segments().front().created)));
}

TEST_CASE_METHOD(ReplayFixture, "of what retention has deleted, only the topics' own is gone") {
  options.segment_bytes = 1000;
  options.total_bytes = 3000;
  append_many(3, "log/quiet.1/");
  append_many(100, "log/flood.1/");
  auto request = from(4);
  request.topics = {"log/quiet."};
  auto r = replay(request);
  CHECK(take(r).empty());
  CHECK_FALSE(r.take_gone());
  request.from = 2;
  auto lacking = replay(request);
  CHECK(take(lacking).empty());
  CHECK(lacking.take_gone() == Gone({2, 3}));
  request.have["log/quiet.1/"] = 2;
  auto third = replay(request);
  CHECK(take(third).empty());
  CHECK(third.take_gone() == Gone({2, 3}));
  request.have["log/quiet.1/"] = 3;
  auto all = replay(request);
  CHECK(take(all).empty());
  CHECK_FALSE(all.take_gone());
  append_many(1, "log/quiet.1/");
  CHECK(take(all) == range(104, 104));
  CHECK_FALSE(all.take_gone());
}

TEST_CASE_METHOD(ReplayFixture, "what somebody has is not sent, topic by topic") {
  fill();
  auto request = from(50);
  request.have = {{"log/web.1/", 97}, {"log/worker.1/", 80}};
  CHECK(all(request) == std::vector<uint64_t>{90, 98, 99, 100});
}

}  // namespace
}  // namespace muster
