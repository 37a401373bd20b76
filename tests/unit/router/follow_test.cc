// The way of a follower: history, then what is published, whatever retention does meanwhile.
#include "router/follow.h"

#include <catch2/catch.hpp>

#include "tests/unit/router/replay_fixture.h"

namespace muster {
namespace {

struct FollowFixture : ReplayFixture {
  uint64_t published = 0;

  void publish(int count, const std::string& topic = "log/web.1/") {
    append_many(count, topic);
    published += static_cast<uint64_t>(count);
  }
  Follow follow(ReplayRequest request, uint64_t first_missing = 1) {
    request.follow = true;
    return Follow(
        [this](auto& wanted) {
          opened++;
          return Replay::open(std::make_unique<MemoryStorage>(disk), wanted);
        },
        std::move(request), {first_missing, published, "here"});
  }
  // The seqs of a read.
  static std::vector<uint64_t> read(Follow& follow, size_t bytes = 1 << 20,
                                    size_t look_at = 1 << 20) {
    auto records = follow.read(bytes, look_at);
    if (!records) FAIL(records.message());
    std::vector<uint64_t> seqs;
    for (auto& [topic, payload] : *records)
      seqs.push_back(std::stoull(payload.substr(payload.rfind(' '))));
    return seqs;
  }
  int opened = 0;
};
using Seqs = std::vector<uint64_t>;

}  // namespace

TEST_CASE_METHOD(FollowFixture, "history ends where it was published to, and then it is live") {
  publish(3);
  Follow one = follow(from(1));
  publish(2);
  CHECK(one.has_more());
  CHECK(!one.is_live());
  CHECK(read(one) == Seqs{1, 2, 3});
  CHECK(!one.has_more());
  CHECK(one.is_live());
  CHECK(one.head() == 3);
  one.go_on({4, 3, 3}, 5);
  CHECK(one.has_more());
  CHECK(read(one) == Seqs{4, 5});
  CHECK(one.head() == 5);
}

TEST_CASE_METHOD(FollowFixture, "who lacks nothing opens no file before there is news") {
  publish(3);
  Follow one = follow(from(4), 4);
  CHECK(!one.has_more());
  CHECK(one.is_live());
  CHECK(one.head() == 3);
  CHECK(one.journal() == "here");
  CHECK(opened == 0);
  publish(1);
  one.go_on({4, 3, 3}, 4);
  CHECK(read(one) == Seqs{4});
  CHECK(opened == 1);
  CHECK(!one.take_loss());
}

TEST_CASE_METHOD(FollowFixture, "who asks for numbers that are still to come gets none before") {
  publish(3);
  Follow one = follow(from(6), 6);
  CHECK(one.is_live());
  CHECK(one.head() == 5);
  publish(4);
  one.go_on({4, 3, 3}, 7);
  CHECK(read(one) == Seqs{6, 7});
  CHECK(!one.take_loss());
}

TEST_CASE_METHOD(FollowFixture, "a portion ends after many that are not wanted, and tells where") {
  publish(50, "log/worker.1/");
  publish(1);
  ReplayRequest wanted = from(1);
  wanted.topics = {"log/web.1/"};
  Follow one = follow(wanted);
  CHECK(read(one, 1 << 20, 1000).empty());
  CHECK(one.has_more());
  CHECK(one.head() > 1);
  CHECK(one.head() < 51);
  Seqs seqs;
  for (int reads = 0; one.has_more() && reads < 100; reads++) {
    auto some = read(one, 1 << 20, 1000);
    seqs.insert(seqs.end(), some.begin(), some.end());
  }
  CHECK(seqs == Seqs{51});
  CHECK(one.head() == 51);
}

TEST_CASE_METHOD(FollowFixture, "what lies before the news is passed, near or far") {
  const int between = GENERATE(1, 10, 3000);
  options.segment_bytes = 20'000;
  publish(2);
  ReplayRequest wanted = from(1);
  wanted.topics = {"log/web.1/"};
  Follow one = follow(wanted);
  CHECK(read(one) == Seqs{1, 2});
  publish(between, "log/worker.1/");
  publish(2);
  const auto news = static_cast<uint64_t>(between) + 3;
  one.rest();
  one.go_on({news, 2, news - 1}, published);
  CHECK(read(one) == Seqs{news, news + 1});
  CHECK(one.head() == published);
  CHECK(!one.take_loss());
}

TEST_CASE_METHOD(FollowFixture, "what retention takes while one is at rest is gone, if wanted") {
  options.segment_bytes = 2000;
  publish(2);
  ReplayRequest wanted = from(1);
  const bool filters = GENERATE(false, true);
  if (filters) wanted.topics = {"log/web.1/"};
  Follow one = follow(wanted);
  CHECK(read(one) == Seqs{1, 2});
  one.rest();
  publish(40, filters ? "log/worker.1/" : "log/web.1/");
  publish(10);
  const uint64_t news = filters ? 43 : 3;
  while (disk.files.size() > 1) disk.files.erase(disk.files.begin());
  one.go_on({news, 2, news - 1}, published);
  const Seqs seqs = read(one);
  const auto loss = one.take_loss();
  REQUIRE(!seqs.empty());
  CHECK(seqs.back() == 52);
  if (seqs.front() == news) {
    CHECK(!loss);
  } else {
    REQUIRE(loss);
    CHECK(loss->range == SeqRange{news, seqs.front() - 1});
    CHECK(loss->loss.first_line == news);
    CHECK(loss->loss.last_line == seqs.front() - 1);
  }
}

TEST_CASE_METHOD(FollowFixture, "what has not been published is not read") {
  publish(3);
  Follow one = follow(from(1));
  append_many(2);  // journaled, and held until it is on the disk
  CHECK(read(one) == Seqs{1, 2, 3});
  CHECK(one.head() == 3);
}

}  // namespace muster
