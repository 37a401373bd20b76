// Where a replay's numbers end: beyond the journal, in a segment without records, after a power
// cut, in a packed segment that is damaged.
#include <cstring>
#include <functional>

#include "router/journal/packer.h"
#include "router/journal/rewrite.h"
#include "tests/unit/router/replay_fixture.h"

namespace muster {
namespace {

TEST_CASE_METHOD(ReplayFixture, "from beyond the end, the head is still the journal's last") {
  fill();
  auto beyond = replay(from(1000));
  CHECK(take(beyond).empty());
  CHECK(beyond.head() == 100);
  CHECK(beyond.take_gone() == Gone());
  append_many(1);
  CHECK(take(beyond).empty());
  CHECK(beyond.head() == 101);
}

TEST_CASE_METHOD(ReplayFixture, "it ends where it is told to, whatever is written meanwhile") {
  fill();
  Replay replay = this->replay(from(90));
  replay.end_at(95);
  append_many(50, "log/web.1/");
  CHECK(take(replay) == std::vector<uint64_t>{90, 91, 92, 93, 94, 95});
  CHECK(replay.head() == 95);
  CHECK(take(replay).empty());
}

// A disk on which something is written just before it is looked at for the nth time.
struct BusyStorage : MemoryStorage {
  BusyStorage(MemoryDisk& disk, int calls, std::function<void()> write)
      : MemoryStorage(disk), left(calls), write_now(std::move(write)) {}
  Result<std::unique_ptr<journal::StorageFile>> open(const std::string& name, Mode mode) override {
    if (--left == 0) write_now();
    return MemoryStorage::open(name, mode);
  }
  int left;
  std::function<void()> write_now;
};

TEST_CASE_METHOD(ReplayFixture,
                 "what comes while the last lines are sought is read or not passed") {
  fill();
  for (int calls = 1; calls < 60; calls++) {
    const std::string topic = fmt::format("log/late.{}/", calls);
    std::optional<uint64_t> seq;
    auto busy = std::make_unique<BusyStorage>(disk, calls, [&] {
      seq = next_seq();
      append_many(1, topic);
    });
    auto late = Replay::open(std::move(busy), last(10, {topic}));
    REQUIRE(late);
    const auto read = take(*late);
    CAPTURE(calls);
    CHECK((!seq || read == std::vector<uint64_t>{*seq} || late->head() < *seq));
  }
}

TEST_CASE_METHOD(ReplayFixture, "a newest segment without a record is no obstacle to a time") {
  fill();
  ReplayRequest request;
  request.since = WallTime(Nanos(wall)) - 3s;
  const auto files = disk.files;
  SECTION("one whose creation was interrupted") {
    disk.files[journal::segment_name(101)] = std::string(40, '\0');
  }
  SECTION("one of which nobody has written more than the head") {
    journal::SegmentHeader header;
    header.first_seq = 101;
    header.created = wall;
    header.key = options.key;
    auto head = journal::segment_head(header, writer->numbering(), 0);
    disk.files[journal::segment_name(101)] = {head.begin(), head.end()};
  }
  auto since = replay(request);
  CHECK(take(since) == range(98, 100));
  CHECK(since.head() == 100);
  CHECK(since.take_gone() == Gone());
  request.since = WallTime(Nanos(wall)) + 1s;
  auto later = replay(request);
  CHECK(take(later).empty());
  CHECK(later.head() == 100);
}

TEST_CASE_METHOD(ReplayFixture, "numbers that were left out after a power cut are not gone") {
  append_many(5);
  options.boot_id[0]++;
  open();
  append_many(2);
  constexpr uint64_t leap = journal::Writer::numbers_left_out;
  for (auto& request : {from(1), from(3), from(900), last(7), last(2)}) {
    auto r = replay(request);
    CHECK(take(r).back() == leap + 7);
    CHECK(r.take_gone() == Gone());
    CHECK(r.head() == leap + 7);
  }
}

TEST_CASE_METHOD(ReplayFixture, "what a damaged frame of a packed segment held is gone") {
  options.segment_bytes = 600'000;
  while (!writer || writer->segments().size() < 2) append_many(1);
  const uint64_t last = next_seq() - 1;
  auto packer = writer->begin_packing();
  while (*packer->step() == journal::Packer::Step::more) {
  }
  REQUIRE(writer->end_packing(*packer, true));
  std::string& segment = disk.files[journal::segment_name(1)];
  // In its second frame, of five; where that ends is told by the row before the last three.
  const size_t rows = segment.size() - sizeof(journal::PackedFooter);
  journal::PackedFrame before;
  std::memcpy(&before, &segment[rows - 5 * sizeof before], sizeof before);
  std::memset(&segment[before.end], 0, 8);

  auto r = replay(from(1));
  auto first = take(r, 100 << 20), rest = take(r, 100 << 20);
  REQUIRE(first.size() > 1000);
  REQUIRE(rest.size() > 3000);
  CHECK(first == range(1, first.back()));
  CHECK(rest == range(rest.front(), last));
  CHECK(r.take_gone() == Gone({first.back() + 1, rest.front() - 1}));
  const uint64_t gone = rest.front() - first.back() - 1;
  CHECK(gone < 128 * 1024 / 100);  // so many fit in a frame
}

}  // namespace
}  // namespace muster
