// Closed segments that are packed: nobody who reads notices, and what is damaged costs its frame.
#include <cstring>
#include "router/journal/packer.h"
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

std::string bytes_of(std::string_view hex) {
  std::string bytes;
  for (size_t at = 0; at < hex.size(); at += 2)
    bytes += char(std::stoi(std::string(hex.substr(at, 2)), nullptr, 16));
  return bytes;
}

// clang-format off
constexpr std::string_view golden_header =
    "4d55535445524a0a" "02000000" "40000000" "0100000000000000" "a80aae587e56ea18"
    "78563412" "01000000" "0102030405060708090a0b0c0d0e0f10" "ad00030533d4c06e";
constexpr std::string_view golden_frame =
    "28b52ffd6077041d0a00440dd14a523158000000a77d1545bb2245917856341200a80aae587e56ea1800f2052a"
    "01000000d14a52316d0000006c66bc6f7e85b69f785634120a6f672f7765622e312f7061796c6f6164206f6620"
    "7265636f72642031f8e7978c6d31e4d90232757469e7d5265a7c03023304ac3262d37d25f9040334b08af863d9"
    "86f31a0504350801011a44d2781b06053689104a49a4502ddb07063774fa0bb8cccdaeab080738d2c24ad3ef23"
    "67f00908396e000000a12be3c3dade0d110a09313002d75c7d06ac66e80b0a3131d4d306dff8fc9d260c0b323b"
    "20708324d5188984bb793c262f267b3a110d240f6dceb336cbf1de907d458498133ead878871e2f1972192ee3e"
    "fe3244d2ddc75f8648bafbf8cb1049771f7f1922e9eee32f4324dd7dfc97033f0d1cb1917e0016663930c91712"
    "371fc4b611487f303760dda1b900998a844c";
constexpr std::string_view golden_table =
    "8d01000000000000" "4000000000000000" "0000000000000000" "0000000000000080";
constexpr std::string_view golden_footer =
    "7705000000000000" "01000000" "4d504b5a" "b21f0ed005d0715a";
// clang-format on

TEST_CASE_METHOD(PackedFixture, "a packed segment of these very bytes can be read") {
  disk.files[segment_name(1)] =
      bytes_of(fmt::format("{}{}{}{}", golden_header, golden_frame, golden_table, golden_footer));
  CHECK(seqs() == range(1, 12));
}

TEST_CASE_METHOD(PackedFixture, "a packed segment has exactly these bytes round its frames") {
  options.segment_bytes = 1500;
  while (!writer || writer->segments().size() < 2) append_many(1);
  REQUIRE(pack_one());
  const std::string bytes = disk.files.at(segment_name(1));
  const size_t table = bytes.size() - sizeof(PackedFooter) - sizeof(PackedFrame);
  CHECK(bytes.substr(0, 64) == bytes_of(golden_header));
  // How well zstd packs is its own affair, but the table must say it.
  uint64_t end = 0;
  std::memcpy(&end, &bytes[table], sizeof end);
  CHECK(end == table);
  CHECK(bytes.substr(table + 8, 24) == bytes_of(golden_table.substr(16)));
  // A checkpoint has nine bytes more than it had in the one above.
  CHECK(bytes.substr(bytes.size() - 24, 16) ==
        bytes_of("80" + std::string(golden_footer.substr(2, 30))));
}

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

TEST_CASE_METHOD(PackedFixture,
                 "the table of a packed segment tells where a number and a time are") {
  while (!writer || writer->segments().size() < 2) {
    append_many(1);
    wall += 1'000'000;
  }
  const uint64_t last = next_seq() - 2;
  const int64_t began = writer->segments()[0].created;
  REQUIRE(pack_one());
  bool by_number = true;
  SECTION("a number") {}
  SECTION("a time") by_number = false;
  for (uint64_t seq = 1; seq <= last; seq += last / 37) {
    const int64_t time = began + int64_t(seq - 1) * 1'000'000;
    INFO("record " << seq);
    disk.bytes_read = 0;
    auto cursor = Cursor::open(storage);
    if (by_number)
      cursor->seek(seq);
    else
      cursor->seek(WallTime(Nanos(time)));
    auto record = cursor->next();
    REQUIRE(record);
    REQUIRE(record->header.seq <= seq);
    REQUIRE(record->header.seq + 2000 > seq);  // not two frames before
    REQUIRE(disk.bytes_read < 300'000);        // some frames, not the segment
    while (record->header.seq < seq) record = cursor->next();
    REQUIRE(record->header.wall == time);
  }
}

TEST_CASE_METHOD(PackedFixture, "a clock that was set back hides nothing in a packed segment") {
  const int64_t began = wall;
  while (!writer || writer->segments().size() < 2) {
    append_many(1);
    const int64_t later = next_seq() == 4000 ? -2'000'000'000 : 1'000'000;
    wall += later;
    mono += later;  // or a new segment would begin
  }
  auto later = [&] {
    auto cursor = Cursor::open(storage);
    cursor->seek(WallTime(Nanos(began + 3'000'000'000)));
    std::vector<uint64_t> seqs;
    while (auto record = cursor->next())
      if (record->header.type == RecordType::record && record->header.wall >= began + 3'000'000'000)
        seqs.push_back(record->header.seq);
    return seqs;
  };
  const auto plain = later();
  REQUIRE(plain.size() > 1000);
  REQUIRE(pack_one());
  CHECK(later() == plain);
}

TEST_CASE_METHOD(PackedFixture, "a packed segment that has become the newest is not written to") {
  fill();
  while (pack_one()) {
  }
  disk.files.erase(disk.files.rbegin()->first);
  const auto files = disk.files;
  const uint64_t last = seqs().back();
  open();
  append_many(1);
  CHECK(seqs().back() == last + 1);
  for (auto& [name, bytes] : files) CHECK(disk.files[name] == bytes);
}

TEST_CASE_METHOD(PackedFixture, "a name that cannot be had leaves the plain segment and no other") {
  fill();
  const auto plain = disk.files;
  auto packer = writer->begin_packing();
  while (*packer->step() == Packer::Step::more) {
  }
  disk.renames_fail = true;
  CHECK_FALSE(writer->end_packing(*packer, true));
  CHECK(disk.files == plain);
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
