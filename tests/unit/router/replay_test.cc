// The replay's stories: where it begins, what it leaves out, and how it goes on beside a writer.
#include "router/replay.h"

#include "tests/unit/router/replay_fixture.h"

namespace muster {
namespace {

TEST_CASE_METHOD(ReplayFixture, "a missing journal is an empty replay") {
  auto nothing = replay({});
  CHECK(take(nothing).empty());
  CHECK(nothing.head() == 0);
  CHECK(take(nothing).empty());
  append_many(2);
  CHECK(take(nothing) == range(1, 2));
}

TEST_CASE_METHOD(ReplayFixture, "without a wish everything comes, in portions") {
  fill();
  auto r = replay({});
  std::vector<uint64_t> seqs;
  for (;;) {
    auto some = take(r, 100);
    if (some.empty()) break;
    CHECK(some.size() < 10);
    seqs.insert(seqs.end(), some.begin(), some.end());
  }
  CHECK(seqs == range(1, 100));
  CHECK(r.head() == 100);
  CHECK_FALSE(r.take_gone());
}

TEST_CASE_METHOD(ReplayFixture, "from any seq it begins with just that one") {
  fill();
  for (uint64_t seq = 1; seq <= 100; seq++) REQUIRE(all(from(seq)) == range(seq, 100));
  CHECK(all(from(0)) == range(1, 100));
  CHECK(all(from(101)).empty());
  CHECK(all(from(1000)).empty());
}

TEST_CASE_METHOD(ReplayFixture, "the last lines are found from the end") {
  fill();
  for (uint64_t lines = 1; lines <= 100; lines++)
    REQUIRE(all(last(lines)) == range(101 - lines, 100));
  CHECK(all(last(1000)) == range(1, 100));
  CHECK(all(last(0)).empty());
}

TEST_CASE_METHOD(ReplayFixture, "the last lines are counted among those of the topics") {
  fill();
  CHECK(all(last(3, {"log/worker."})) == std::vector<uint64_t>{80, 90, 100});
  CHECK(all(last(1, {"log/nobody."})).empty());
  CHECK(all(last(2, {"log/worker.", "log/web."})) == range(99, 100));
}

TEST_CASE_METHOD(ReplayFixture, "the last lines are found behind a torn tail") {
  options.segment_bytes = 5000;
  append_many(60);
  newest() += std::string(50, '\xd1');
  CHECK(all(last(4)) == range(57, 60));
}

TEST_CASE_METHOD(ReplayFixture, "the last lines are found across damage") {
  append_many(60);
  auto at = offsets(newest());
  SECTION("of a header, which breaks the way back") {
    newest()[at[at.size() - 4]] ^= 1;
    auto r = replay(last(4));
    CHECK(take(r) == range(56, 57));
    CHECK(take(r) == range(59, 60));
    CHECK(r.take_gone() == Gone({58, 58}));
  }
  SECTION("of a payload, which counts for nothing, and is told when it is met") {
    newest()[at[at.size() - 4] + 100] ^= 1;
    auto r = replay(last(4));
    CHECK(take(r) == range(56, 57));
    CHECK(take(r) == range(59, 60));
    CHECK(r.take_gone() == Gone({58, 58}));
  }
}

TEST_CASE_METHOD(ReplayFixture, "of lines and a seq the later place counts") {
  fill();
  auto request = last(10);
  request.from = 95;
  CHECK(all(request) == range(95, 100));
  request.from = 5;
  CHECK(all(request) == range(91, 100));
}

TEST_CASE_METHOD(ReplayFixture, "times choose the records between them") {
  WallTime begin{Nanos(wall)};
  fill();
  ReplayRequest request;
  request.since = begin + 40s;
  CHECK(all(request) == range(41, 100));
  request.until = begin + 49s;
  CHECK(all(request) == range(41, 50));
  request.lines = 3;
  CHECK(all(request) == range(48, 50));
  request.since = begin + 1000s;
  CHECK(all(request).empty());
}

TEST_CASE_METHOD(ReplayFixture, "it goes on with what is written meanwhile, across segments") {
  options.segment_bytes = 1000;
  auto r = replay({});
  for (uint64_t seq = 1; seq <= 50; seq++) {
    append_many(1);
    REQUIRE(take(r) == range(seq, seq));
  }
  append_many(30);
  CHECK(take(r) == range(51, 80));
  CHECK(r.head() == 80);
}

TEST_CASE_METHOD(ReplayFixture, "a record that is being written is not there yet") {
  append_many(3);
  const std::string whole = newest();
  const size_t third = offsets(whole)[3];
  newest() = whole.substr(0, third);
  auto r = replay({});
  CHECK(take(r) == range(1, 2));
  for (size_t size = third; size < whole.size(); size++) {
    newest() = whole.substr(0, size);
    REQUIRE(take(r).empty());
  }
  newest() = whole;
  CHECK(take(r) == range(3, 3));
}

TEST_CASE_METHOD(ReplayFixture, "what retention has deleted is told") {
  options.segment_bytes = 1000;
  options.total_bytes = 3000;
  append_many(100);
  uint64_t oldest = writer->segments().front().first_seq;
  auto r = replay(from(5));
  CHECK(take(r) == range(oldest, 100));
  CHECK(r.take_gone() == Gone({5, oldest - 1}));
  CHECK_FALSE(r.take_gone());
  auto whole = replay({});
  take(whole);
  CHECK_FALSE(whole.take_gone());
}

TEST_CASE_METHOD(ReplayFixture, "what retention has deleted is told to who wants the last lines") {
  options.segment_bytes = 1000;
  options.total_bytes = 3000;
  append_many(100);
  uint64_t oldest = writer->segments().front().first_seq;
  auto request = last(3);
  request.from = 5;
  auto r = replay(request);
  CHECK(take(r) == range(98, 100));
  CHECK(r.take_gone() == Gone({5, oldest - 1}));
  CHECK_FALSE(r.take_gone());
  request.lines = 1000;
  auto more = replay(request);
  CHECK(take(more) == range(oldest, 100));
  CHECK(more.take_gone() == Gone({5, oldest - 1}));
  request.from = oldest + 1;
  auto kept = replay(request);
  CHECK(take(kept) == range(oldest + 1, 100));
  CHECK_FALSE(kept.take_gone());
}

TEST_CASE_METHOD(ReplayFixture, "what is deleted under a slow reader is told") {
  options.segment_bytes = 1000;
  append_many(40);
  auto r = replay(from(1));
  auto first = take(r, 1);
  REQUIRE(first == range(1, 1));
  auto kept = std::next(disk.files.begin(), 3);
  uint64_t oldest = *journal::parse_segment_name(kept->first);
  disk.files.erase(disk.files.begin(), kept);
  std::vector<uint64_t> rest;
  for (auto some = take(r); !some.empty(); some = take(r))
    rest.insert(rest.end(), some.begin(), some.end());
  auto gone = r.take_gone();
  REQUIRE(gone);
  CHECK(gone->second == oldest - 1);
  auto expected = range(2, gone->first - 1);
  for (uint64_t seq = oldest; seq <= 40; seq++) expected.push_back(seq);
  CHECK(rest == expected);
}

TEST_CASE_METHOD(ReplayFixture, "damage is told before the records that follow it") {
  append_many(10);
  newest()[offsets(newest())[4] + 85] ^= 1;
  auto r = replay({});
  CHECK(take(r) == range(1, 3));
  CHECK_FALSE(r.take_gone());
  CHECK(take(r) == range(5, 10));
  CHECK(r.take_gone() == Gone({4, 4}));
}

TEST_CASE_METHOD(ReplayFixture, "records that are gone up to the very end are told too") {
  options.segment_bytes = 1000;
  append_many(20);
  while (disk.files.size() > 1) disk.files.erase(disk.files.begin());
  newest().resize(offsets(newest())[1]);
  uint64_t next = *journal::parse_segment_name(disk.files.begin()->first);
  auto r = replay(from(3));
  CHECK(take(r).empty());
  CHECK(r.take_gone() == Gone({3, next - 1}));
  CHECK(r.head() == next - 1);
}

TEST_CASE_METHOD(ReplayFixture, "segments without anything of the topics are skipped, not gone") {
  options.segment_bytes = 10'000;
  append_many(10, "log/quiet.1/");
  append_many(2000, "log/web.1/");
  append_many(10, "log/quiet.1/");
  append_many(2000, "log/web.1/");
  auto expected = range(1, 10);
  for (uint64_t seq = 2011; seq <= 2020; seq++) expected.push_back(seq);
  auto request = from(1);
  request.topics = {"log/quiet."};
  auto r = replay(request);
  CHECK(take(r) == expected);
  CHECK_FALSE(r.take_gone());
  CHECK(r.head() == 4020);
  append_many(1, "log/quiet.1/");
  CHECK(take(r) == range(4021, 4021));
  CHECK_FALSE(r.take_gone());
  CHECK(all(last(100, {"log/quiet."})).size() == 21);
  CHECK(all(last(1, {"log/nobody."})).empty());
}

TEST_CASE_METHOD(ReplayFixture, "what is gone of a topic is told even where segments are skipped") {
  options.segment_bytes = 2000;
  append_many(100, "log/web.1/");
  append_many(20, "log/quiet.1/");
  append_many(100, "log/web.1/");
  auto lost = std::find_if(disk.files.begin(), disk.files.end(), [](auto& file) {
    return *journal::parse_segment_name(file.first) > 100;
  });
  REQUIRE(lost != disk.files.end());
  uint64_t first = *journal::parse_segment_name(lost->first);
  REQUIRE(first <= 120);
  disk.files.erase(lost);
  auto request = from(1);
  request.topics = {"log/quiet."};
  auto r = replay(request);
  take(r);
  take(r);
  auto gone = r.take_gone();
  REQUIRE(gone);
  CHECK(gone->first == first);
  CHECK(gone->second < 140);
}

TEST_CASE_METHOD(ReplayFixture, "a place in the middle is found without reading what is before") {
  options.segment_bytes = 10'000;
  append_many(5000);
  disk.bytes_read = 0;
  auto r = replay(from(2500));
  CHECK(take(r, 1) == range(2500, 2500));
  CHECK(disk.bytes_read < 100'000);
  disk.bytes_read = 0;
  auto tail = replay(last(100));
  CHECK(take(tail) == range(4901, 5000));
  CHECK(disk.bytes_read < 100'000);
}

}  // namespace
}  // namespace muster
