// Closed segments that are packed: nobody who reads notices, and what is damaged costs its frame.
#include "router/journal/packed_file.h"
#include "tests/unit/router/journal/journal_fixture.h"

namespace muster::journal {
namespace {

struct PackedFixture : JournalFixture {
  PackedFixture() { options.segment_bytes = 1 << 20; }

  // Some 2.5 MiB in three segments, of which two are closed.
  void fill() {
    while (!writer || writer->segments().size() < 3)
      append_many(1, "log/web." + std::to_string(next_seq() % 20) + "/");
    append_many(10);
  }
  bool pack_one() {
    auto packer = writer->begin_packing();
    if (!packer) return false;
    for (;;) {
      auto step = packer->step();
      if (!step) FAIL(step.message());
      if (*step == Packer::Step::done) break;
    }
    auto ended = writer->end_packing(*packer, true);
    if (!ended) FAIL(ended.message());
    return true;
  }
  uint64_t total() const {
    uint64_t total = 0;
    for (auto& segment : writer->segments()) total += segment.bytes;
    return total;
  }
};

TEST_CASE_METHOD(PackedFixture, "closed segments are packed, oldest first, and read as before") {
  fill();
  const uint64_t last = next_seq() - 1, before = total();
  auto middle = writer->segments()[1].first_seq;
  REQUIRE(pack_one());
  CHECK(writer->segments()[0].packed);
  CHECK(!writer->segments()[1].packed);
  REQUIRE(pack_one());
  CHECK(!pack_one());
  CHECK(total() < before / 2);
  CHECK(total() == disk.used());
  CHECK(seqs() == range(1, last));

  disk.bytes_read = 0;
  auto cursor = Cursor::open(storage);
  cursor->seek(middle);
  while (cursor->next()->header.type != RecordType::record) {
  }
  CHECK(disk.bytes_read < 300'000);  // some frames, not the segment
}

TEST_CASE_METHOD(PackedFixture, "a reader in the middle of a segment goes on when it is packed") {
  fill();
  auto cursor = Cursor::open(storage);
  for (int i = 0; i < 100; i++) REQUIRE(cursor->next());
  uint64_t at = cursor->next()->header.seq;
  while (pack_one()) {
  }
  while (auto record = cursor->next()) {
    if (record->header.type != RecordType::record) continue;
    CHECK(record->header.seq == ++at);
  }
  CHECK(at == next_seq() - 1);
}

TEST_CASE_METHOD(PackedFixture, "a daemon that starts finds packed segments and their sizes") {
  fill();
  const uint64_t last = next_seq() - 1;
  while (pack_one()) {
  }
  const uint64_t bytes = total();
  open();
  CHECK(total() == bytes);
  CHECK(!pack_one());
  CHECK(writer->numbering().seq() == last);
}

TEST_CASE_METHOD(PackedFixture, "packing that is interrupted leaves the plain segment") {
  fill();
  const uint64_t last = next_seq() - 1;
  auto plain = disk.files;
  auto packer = writer->begin_packing();
  REQUIRE(packer->step());
  CHECK(seqs() == range(1, last));
  SECTION("by a kill") {
    packer.reset();
    open();
  }
  SECTION("by a full disk") {
    disk.capacity = disk.used();
    CHECK(!packer->step());
    CHECK(writer->end_packing(*packer, false));
  }
  CHECK(disk.files == plain);
}

TEST_CASE_METHOD(PackedFixture,
                 "a segment that retention deletes while it is packed stays deleted") {
  fill();
  auto packer = writer->begin_packing();
  options.total_bytes = 1;
  const std::string name = segment_name(packer->segment());
  while (*packer->step() == Packer::Step::more) {
  }
  disk.files.erase(name);
  wall += 8 * std::chrono::nanoseconds(24h).count();
  append_many(1);
  REQUIRE(writer->segments().front().first_seq != packer->segment());
  CHECK(writer->end_packing(*packer, true));
  CHECK(!disk.files.contains(name));
}

TEST_CASE_METHOD(PackedFixture, "a flipped bit in a packed segment costs its frame") {
  fill();
  const uint64_t last = next_seq() - 1;
  REQUIRE(pack_one());
  const std::string name = segment_name(1), whole = disk.files[name];
  for (size_t byte = 0; byte < whole.size(); byte += whole.size() / 50) {
    disk.files[name] = whole;
    disk.files[name][byte] ^= 4;
    INFO("byte " << byte);
    auto left = seqs();
    REQUIRE(left.size() > last / 2);
    REQUIRE(left.back() == last);
  }
  disk.files[name] = whole.substr(0, whole.size() - 3);  // without its table's end
  CHECK(seqs() == range(1, last));
}

TEST_CASE_METHOD(PackedFixture, "what is not safe on the disk is not packed") {
  options.durability = Durability::group;
  fill();
  CHECK(!pack_one());
  auto task = writer->begin_sync(MonoTime{});
  task.run();
  writer->end_sync(task);
  CHECK(pack_one());
}

}  // namespace
}  // namespace muster::journal
