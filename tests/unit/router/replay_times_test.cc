// Replays between two times give what a reader of the whole journal would have picked, and look at
// little of it, whatever has happened to the clock.
#include <algorithm>
#include <random>

#include "router/journal/packer.h"
#include "tests/unit/router/replay_fixture.h"

namespace muster {
namespace {

constexpr int64_t second = 1'000'000'000;

// Counts what is opened and read.
struct CountingFile : journal::StorageFile {
  CountingFile(std::unique_ptr<StorageFile> f, uint64_t& b) : file(std::move(f)), bytes(b) {}
  Result<uint64_t> size() override { return file->size(); }
  Result<size_t> read(char* into, size_t count, uint64_t offset) override {
    auto read = file->read(into, count, offset);
    if (read) bytes += *read;
    return read;
  }
  Result<size_t> write(std::string_view, uint64_t) override { return fail("write: not here"); }
  Result<> truncate(uint64_t) override { return fail("truncate: not here"); }
  Result<> sync() override { return {}; }
  std::unique_ptr<StorageFile> file;
  uint64_t& bytes;
};
struct CountingStorage : MemoryStorage {
  CountingStorage(MemoryDisk& disk, uint64_t& b) : MemoryStorage(disk), bytes(b) {}
  Result<std::unique_ptr<journal::StorageFile>> open(const std::string& name, Mode mode) override {
    auto file = MemoryStorage::open(name, mode);
    if (!file) return file;
    return std::make_unique<CountingFile>(std::move(*file), bytes);
  }
  uint64_t& bytes;
};

struct TimesFixture : ReplayFixture {
  struct Written {
    uint64_t seq;
    int64_t wall;
    std::string topic;
  };
  std::vector<Written> written;
  std::mt19937 random{7};

  int below(int bound) { return int(random() % unsigned(bound)); }

  void write(int64_t later) {
    mono += later;
    wall += later;
    written.push_back({next_seq(), wall, below(4) ? "log/web.1/" : "log/worker.1/"});
    append_many(1, written.back().topic);
  }
  // Now and then the clock is set, or the machine is booted.
  void fill_with_a_clock_that_is_set(int records) {
    options.segment_bytes = 3000;
    for (int i = 0; i < records; i++) {
      if (below(40) == 0) wall += (below(200) - 100) * second;
      if (below(60) == 0) {
        REQUIRE(writer->close(wall, mono));
        options.boot_id[0]++;
        mono = second;
        open();
      }
      write(below(3) * second);
    }
  }
  void pack_some() {
    for (int i = 0; i < 3; i++) {
      auto packer = writer->begin_packing();
      if (!packer) return;
      while (*packer->step() == journal::Packer::Step::more) {
      }
      REQUIRE(writer->end_packing(*packer, true));
    }
  }

  static bool is_within(const ReplayRequest& request, int64_t time) {
    const WallTime wall{Nanos(time)};
    return !(request.since && wall < *request.since) && !(request.until && wall > *request.until);
  }
  std::vector<uint64_t> expected(const ReplayRequest& request) const {
    std::vector<uint64_t> seqs;
    for (auto& [seq, time, topic] : written)
      if (is_within(request, time) && (request.topics.empty() || topic == request.topics.front()))
        seqs.push_back(seq);
    if (request.lines && seqs.size() > *request.lines)
      seqs.erase(seqs.begin(), seqs.end() - ptrdiff_t(*request.lines));
    return seqs;
  }
  uint64_t bytes_read(const ReplayRequest& request, size_t records) {
    uint64_t bytes = 0;
    auto opened = Replay::open(std::make_unique<CountingStorage>(disk, bytes), request);
    REQUIRE(opened);
    CHECK(take(*opened, 100 << 20).size() == records);
    CHECK(opened->head() == next_seq() - 1);
    return bytes;
  }
};

TEST_CASE_METHOD(TimesFixture, "between two times comes what lies there, whatever the clock did") {
  fill_with_a_clock_that_is_set(600);
  if (GENERATE(false, true)) pack_some();
  std::vector<int64_t> walls;
  for (auto& each : written) walls.push_back(each.wall);
  std::sort(walls.begin(), walls.end());
  const int span = int((walls.back() - walls.front()) / second) + 20;
  auto time = [&] { return WallTime(Nanos(walls.front() + (below(span) - 10) * second)); };
  for (int i = 0; i < 150; i++) {
    ReplayRequest request;
    if (below(3)) request.since = time();
    if (below(3)) request.until = time();
    if (below(2)) request.lines = uint64_t(below(30) + 1);
    if (below(2)) request.topics = {"log/worker.1/"};
    CAPTURE(i);
    auto r = replay(request);
    std::vector<uint64_t> seqs;
    for (auto some = take(r); !some.empty(); some = take(r))
      seqs.insert(seqs.end(), some.begin(), some.end());
    REQUIRE(seqs == expected(request));
    REQUIRE(r.take_gone() == Gone());
    REQUIRE(r.head() == written.back().seq);
  }
}

TEST_CASE_METHOD(TimesFixture, "what has no part in an answer is hardly read") {
  options.segment_bytes = 1 << 20;
  const std::string line(3000, 'x');
  for (int i = 0; i < 5'000; i++) {
    wall += second;
    mono += second;
    REQUIRE(append("log/web.1/", line + " " + std::to_string(next_seq())));
  }
  REQUIRE(disk.files.size() > 12);
  uint64_t all = 0;
  for (auto& [name, bytes] : disk.files) all += bytes.size();
  const WallTime newest{Nanos(wall)}, middle{Nanos(wall - 2500 * second)};
  ReplayRequest request;
  SECTION("of the last minute fewer lines than were asked for") {
    request.since = newest - 59s;
    request.lines = 100;
    CHECK(bytes_read(request, 60) < all / 4);
  }
  SECTION("nothing has come since") {
    request.since = newest + 1s;
    request.lines = 100;
    CHECK(bytes_read(request, 0) < all / 4);
  }
  SECTION("ten seconds in the middle") {
    request.since = middle;
    request.until = middle + 10s;
    CHECK(bytes_read(request, 11) < all / 4);
  }
  SECTION("the last ones before a time") {
    request.until = middle;
    request.lines = 5;
    CHECK(bytes_read(request, 5) < all / 4);
  }
}

// A gap where no record was wanted is not told.
TEST_CASE_METHOD(TimesFixture, "records that come later than an end in the past are passed") {
  fill_with_a_clock_that_is_set(50);
  ReplayRequest request;
  request.until = WallTime(Nanos(written.front().wall)) - 1000s;
  auto r = replay(request);
  CHECK(take(r).empty());
  CHECK(r.head() == written.back().seq);
  write(second);
  CHECK(take(r).empty());
  CHECK(r.head() == written.back().seq);
}

}  // namespace
}  // namespace muster
