// The faults that a journal may have when it is opened or read, row by row as JOURNAL.md lists
// them.
#include <cstring>
#include "tests/unit/router/journal/journal_fixture.h"

namespace muster::journal {
namespace {

TEST_CASE_METHOD(JournalFixture, "a tail torn at any byte is cut off and written again",
                 "[row:D53]") {
  append_many(6);
  const std::string whole = newest();
  auto at = offsets(whole);
  for (size_t length = 0; length < whole.size(); length++) {
    newest() = whole.substr(0, length);
    uint64_t left = 0;
    while (left < 6 && at[left + 2] <= length) left++;
    INFO("torn at " << length);
    REQUIRE(seqs() == range(1, left));
    open();
    const bool nothing_left = length < sizeof(SegmentHeader);  // not even of which boot it was
    REQUIRE(writer->left_out().has_value() == nothing_left);
    if (!nothing_left) {
      REQUIRE(writer->numbering().seq() == left);
      append_many(2);
      REQUIRE(seqs() == range(1, left + 2));
    }
    disk.files = {{"00000000000000000001.journal", whole}};
  }
}

TEST_CASE_METHOD(JournalFixture, "zeros after the last record are a torn tail", "[row:D55]") {
  append_many(3);
  newest().append(100'000, '\0');
  CHECK(seqs() == range(1, 3));
  open();
  append_many(1);
  CHECK(seqs() == range(1, 4));
  CHECK(newest().size() < 1000);
}

TEST_CASE_METHOD(JournalFixture, "a flipped bit costs the record that it hit and no other") {
  append_many(6);
  const std::string whole = newest();
  auto at = offsets(whole);
  for (size_t byte = at[3]; byte < at[4]; byte++) {
    newest() = whole;
    newest()[byte] = char(newest()[byte] ^ 0x10);
    INFO("in byte " << byte);
    REQUIRE(seqs() == std::vector<uint64_t>{1, 2, 4, 5, 6});
    open();
    REQUIRE(writer->numbering().seq() == 6);
    REQUIRE(writer->records_missing() == 1);
  }
}

TEST_CASE_METHOD(JournalFixture, "a hole costs what it covers", "[row:D55]") {
  append_many(60);
  auto at = offsets(newest());
  for (size_t byte = at[10] + 5; byte < at[20] + 5; byte++) newest()[byte] = '\0';
  auto expected = range(1, 9);
  for (uint64_t seq = 21; seq <= 60; seq++) expected.push_back(seq);
  CHECK(seqs() == expected);
}

TEST_CASE_METHOD(JournalFixture, "bytes that cannot be read cost the records in them") {
  append_many(1);
  append("log/web.1/", std::string(600'000, 'b'));
  append_many(1);
  disk.unreadable_from = 400'000;
  disk.unreadable_to = 400'100;
  auto cursor = Cursor::open(storage);
  std::vector<uint64_t> read;
  while (auto record = cursor->next())
    if (record->header.type == RecordType::record) read.push_back(record->header.seq);
  CHECK(read == std::vector<uint64_t>{1, 3});
}

TEST_CASE_METHOD(JournalFixture, "a newest segment that cannot be opened stops the start") {
  options.segment_bytes = 1000;
  append_many(9);
  REQUIRE(disk.files.size() > 1);
  const auto files = disk.files;
  disk.unopenable = files.rbegin()->first;
  auto opened = Writer::open(storage, options);
  REQUIRE_FALSE(opened);
  CHECK(opened.message() == "open " + disk.unopenable + ": Too many open files");
  CHECK(disk.files == files);
  disk.unopenable.clear();
  open();
  append_many(1);
  CHECK(seqs() == range(1, 10));
}

TEST_CASE_METHOD(JournalFixture, "a newest segment whose end cannot be read keeps its numbers") {
  append_many(2);
  append("log/web.1/", std::string(600'000, 'b'));
  append_many(2);
  const std::string before = newest();
  disk.unreadable_from = GENERATE_COPY(uint64_t(0), before.size() - 50);
  disk.unreadable_to = disk.unreadable_from + 50;
  open();
  CHECK(writer->left_out());
  disk.unreadable_from = disk.unreadable_to = UINT64_MAX;
  append_many(1);
  CHECK(disk.files.size() == 2);
  CHECK(disk.files.begin()->second == before);
  CHECK(writer->numbering().seq() > Writer::numbers_left_out);
}

TEST_CASE_METHOD(JournalFixture, "numbers never go below the newest segment's name") {
  options.segment_bytes = 1000;
  append_many(9);
  const uint64_t named = *parse_segment_name(disk.files.rbegin()->first);
  for (auto& [name, bytes] : disk.files) bytes.resize(sizeof(SegmentHeader));
  open();
  CHECK(writer->numbering().seq() == named - 1);
  append_many(1);
  CHECK(disk.files.begin()->second.size() == sizeof(SegmentHeader));
}

TEST_CASE_METHOD(JournalFixture, "a damaged segment header costs nothing") {
  options.segment_bytes = 1000;
  append_many(30);
  SECTION("of an old one") { disk.files.begin()->second[40] ^= 1; }
  SECTION("of the newest one") { newest()[40] ^= 1; }
  CHECK(seqs() == range(1, 30));
  open();
  append_many(2);
  CHECK(seqs() == range(1, 32));
}

TEST_CASE_METHOD(JournalFixture, "without any segment header a power cut must be assumed") {
  append_many(3);
  newest()[40] ^= 1;
  CHECK(seqs() == range(1, 3));
  open();
  append_many(1);
  CHECK(seqs() == std::vector<uint64_t>{1, 2, 3, Writer::numbers_left_out + 4});
}

TEST_CASE_METHOD(JournalFixture, "a damaged checkpoint sends the reader to the segment before",
                 "[row:D59]") {
  options.segment_bytes = 1000;
  append("log/old.1/", payload_of(1));
  append_many(29);
  newest()[64 + 90] ^= 1;
  open();
  CHECK(writer->numbering().seq() == 30);
  CHECK(writer->numbering().next("log/old.1/").prev == 1);
  CHECK(writer->records_missing() == 0);
}

TEST_CASE_METHOD(JournalFixture, "a missing segment costs its records") {
  options.segment_bytes = 1000;
  append_many(30);
  auto second = std::next(disk.files.begin());
  uint64_t first = *parse_segment_name(second->first);
  uint64_t after = *parse_segment_name(std::next(second)->first);
  disk.files.erase(second);
  auto expected = range(1, first - 1);
  for (uint64_t seq = after; seq <= 30; seq++) expected.push_back(seq);
  CHECK(seqs() == expected);
}

TEST_CASE_METHOD(JournalFixture, "a segment whose creation was interrupted is created again") {
  options.segment_bytes = 1000;
  append_many(5);
  while (disk.files.size() < 2) append_many(1);
  const auto files = disk.files;
  auto& [name, whole] = *files.rbegin();
  for (size_t length = 0; length <= offsets(whole)[1]; length++) {
    disk.files = files;
    newest() = whole.substr(0, length);
    open();
    uint64_t seq = *parse_segment_name(name) - 1;
    INFO("interrupted at " << length);
    REQUIRE(writer->numbering().seq() == seq);
    append_many(2);
    REQUIRE(seqs() == range(1, seq + 2));
    REQUIRE(disk.files.size() == 2);
  }
}

TEST_CASE_METHOD(JournalFixture, "a copy of a segment under a later name leaves the first alone") {
  append_many(3);
  const std::string first = newest();
  disk.files[segment_name(10)] = first;
  open();
  append_many(2);
  CHECK(disk.files[segment_name(1)] == first);
  CHECK(seqs() == std::vector<uint64_t>{1, 2, 3, 10, 11});
}

TEST_CASE_METHOD(JournalFixture, "a version from the future is refused by name", "[row:D60]") {
  append_many(1);
  SegmentHeader header;
  std::memcpy(&header, newest().data(), sizeof header);
  header.version = 3;
  seal(header);
  std::memcpy(newest().data(), &header, sizeof header);
  auto opened = Writer::open(storage, options);
  REQUIRE_FALSE(opened);
  CHECK(opened.message() ==
        "00000000000000000001.journal has version 3 of the journal's format, this program knows 2");
  CHECK_FALSE(Cursor::open(storage));
}

TEST_CASE_METHOD(JournalFixture, "foreign files are left alone") {
  disk.files = {{"README", "hello"}, {"0.journal", "x"}, {"00000000000000000001.journal~", ""}};
  append_many(2);
  open();
  CHECK(seqs() == range(1, 2));
  CHECK(disk.files.size() == 4);
  CHECK(disk.files["README"] == "hello");
}

TEST_CASE_METHOD(JournalFixture, "a file of garbage under a segment's name is not believed") {
  std::string garbage;
  for (unsigned i = 0; i < 300'000; i++) garbage += char(i * i % 251);
  disk.files["00000000000000000001.journal"] = garbage;
  open();
  append_many(2);
  constexpr uint64_t last = Writer::numbers_left_out;
  CHECK(seqs() == range(last + 1, last + 2));
}

TEST_CASE_METHOD(JournalFixture, "a record inside a payload is never mistaken for one of ours") {
  JournalFixture other;
  other.options.key = 99;
  other.append_many(9);
  std::string forged = other.newest().substr(offsets(other.newest())[9]);
  append_many(1);
  std::string own = newest().substr(offsets(newest())[1]);
  append("log/web.1/", "x" + forged + own + "y");
  append_many(1);
  size_t in_second = offsets(newest())[2] + sizeof(RecordHeader) + 1;
  newest()[in_second] ^= 1;
  CHECK(seqs() == std::vector<uint64_t>{1, 3});
}

TEST_CASE_METHOD(JournalFixture, "a checkpoint that contradicts its segment costs no record",
                 "[row:D59]") {
  options.segment_bytes = 1000;
  append_many(25);
  std::string& file = newest();
  auto at = offsets(file);
  // Sealed again with another seq, so that only the records around it can tell.
  RecordHeader header;
  std::memcpy(&header, file.data() + at[0], sizeof header);
  uint64_t forged = GENERATE(uint64_t(0), uint64_t(3));
  header.seq = forged;
  std::vector<char> bytes(file.begin() + ptrdiff_t(at[0]), file.begin() + ptrdiff_t(at[1]));
  finish_record(bytes, 0, header);
  std::copy(bytes.begin(), bytes.end(), file.begin() + ptrdiff_t(at[0]));
  CHECK(seqs() == range(1, 25));
  open();
  CHECK(writer->numbering().seq() == 25);
  append_many(2);
  CHECK(seqs() == range(1, 27));
}

TEST_CASE_METHOD(JournalFixture, "a length of 4 GiB is not believed, and nothing allocated for it",
                 "[row:D60]") {
  append_many(6);
  auto at = offsets(newest());
  uint32_t length = UINT32_MAX;
  std::memcpy(newest().data() + at[3] + 4, &length, sizeof length);
  disk.bytes_read = 0;
  CHECK(seqs() == std::vector<uint64_t>{1, 2, 4, 5, 6});
  CHECK(disk.bytes_read < 1 << 20);
  open();
  CHECK(writer->numbering().seq() == 6);
}

}  // namespace
}  // namespace muster::journal
