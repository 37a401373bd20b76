// The journal's bytes, pinned: JOURNAL.md describes what these goldens hold.
#include "router/journal/format.h"

#include "tests/unit/router/journal/journal_fixture.h"

namespace muster::journal {
namespace {

std::string hex(std::string_view bytes) {
  std::string text;
  for (unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

TEST_CASE("a segment's name is its first seq in twenty digits") {
  CHECK(segment_name(1) == "00000000000000000001.journal");
  CHECK(parse_segment_name("00000000000000000001.journal") == 1);
  CHECK(parse_segment_name(segment_name(UINT64_MAX)) == UINT64_MAX);
}

TEST_CASE("other names are not segments") {
  for (auto name : {"", ".", "journal", "1.journal", "0000000000000000000a.journal",
                    "00000000000000000001.journal.zst", "-0000000000000000001.journal",
                    "99999999999999999999.journal"})
    CHECK_FALSE(parse_segment_name(name));
}

// clang-format off
TEST_CASE_METHOD(JournalFixture, "a journal of two records has exactly these bytes") {
  REQUIRE(append("log/web.1/", "one", stream_key(2, true), 10));
  wall += 1000;
  REQUIRE(append("state/web.1/", "two"));
  std::string bytes = disk.files.at("00000000000000000001.journal");
  CHECK(hex(bytes.substr(0, 64)) ==
        "4d55535445524a0a" "01000000" "40000000" "0100000000000000" "a80aae587e56ea18"
        "78563412" "00000000" "0102030405060708090a0b0c0d0e0f10" "ba6b1483fb671790");
  CHECK(hex(bytes.substr(64, 97)) ==
        "d14a5231" "61000000" "7051809d7bea8a87" "78563412" "00000000" "0000000000000000"
        "0000000000000000" "0000000000000000" "0000000000000000" "a80aae587e56ea18"
        "00f2052a01000000" "00000000" "00" "01" "0000" "01000000" "0000000000000000"
        "00" "00000000");
  CHECK(hex(bytes.substr(161, 93)) ==
        "d14a5231" "5d000000" "b5d548b67b870761" "78563412" "61000000" "0100000000000000"
        "0000000000000000" "0500000000000000" "0a00000000000000" "a80aae587e56ea18"
        "00f2052a01000000" "01000000" "0a" "00" "0000" "6c6f672f7765622e312f" "6f6e65");
  CHECK(hex(bytes.substr(254)) ==
        "d14a5231" "5f000000" "a863e42a428730de" "78563412" "5d000000" "0200000000000000"
        "0100000000000000" "0000000000000000" "0000000000000000" "900eae587e56ea18"
        "00f2052a01000000" "01000000" "0c" "00" "0000" "73746174652f7765622e312f" "74776f");
}

TEST_CASE_METHOD(JournalFixture, "a checkpoint has exactly these bytes") {
  append("log/web.1/", "one", stream_key(2, true), 10);
  append("state/web.1/", "two");
  std::vector<char> out;
  writer->numbering().encode(out);
  CHECK(hex({out.data(), out.size()}) ==
        "03000000" "0000000000000000" "00" "0100000000000000" "0a" "6c6f672f7765622e312f"
        "0200000000000000" "0c" "73746174652f7765622e312f"
        "01000000" "0500000000000000" "0a00000000000000" "00");
}
// clang-format on

TEST_CASE_METHOD(JournalFixture, "a record is whole only with all of its bytes") {
  REQUIRE(append("log/web.1/", "payload"));
  std::string record = newest().substr(offsets(newest())[1]);
  REQUIRE(parse_record(record, {}));
  for (size_t bit = 0; bit < 8 * record.size(); bit++) {
    std::string flipped = record;
    flipped[bit / 8] = char(flipped[bit / 8] ^ (1 << bit % 8));
    INFO("bit " << bit);
    REQUIRE_FALSE(parse_record(flipped, options.key));
  }
  for (size_t length = 0; length < record.size(); length++)
    REQUIRE_FALSE(parse_record(record.substr(0, length), {}));
}

TEST_CASE_METHOD(JournalFixture, "a record with another journal's key is not ours") {
  REQUIRE(append("log/web.1/", "payload"));
  std::string record = newest().substr(offsets(newest())[1]);
  CHECK(parse_record(record, options.key));
  CHECK_FALSE(parse_record(record, options.key + 1));
}

TEST_CASE("a length beyond the limit is refused before anything is done with it") {
  RecordHeader header;
  std::string_view bytes(reinterpret_cast<char*>(&header), sizeof header);
  header.length = record_limit + 1;
  CHECK_FALSE(parse_record_header(bytes, {}));
  header.length = sizeof header - 1;
  CHECK_FALSE(parse_record_header(bytes, {}));
  header.length = sizeof header;
  CHECK(parse_record_header(bytes, {}));
}

}  // namespace
}  // namespace muster::journal
