// The writer's stories: numbers that go on, segments that come and go, and disks that fail.
#include "router/journal/writer.h"

#include "tests/unit/router/journal/journal_fixture.h"

namespace muster::journal {
namespace {

TEST_CASE_METHOD(JournalFixture, "an empty journal begins with seq 1 and creates nothing yet") {
  open();
  CHECK(writer->numbering().seq() == 0);
  CHECK(disk.files.empty());
  append_many(3);
  CHECK(seqs() == range(1, 3));
}

TEST_CASE_METHOD(JournalFixture, "numbers, topics and stream ends go on where a killed one was") {
  append_many(2, "log/web.1/");
  append("log/web.2/", payload_of(3), stream_key(5, false), 1234);
  open();
  CHECK(writer->numbering().seq() == 3);
  CHECK(writer->numbering().lines() == 3);
  CHECK(writer->numbering().next("log/web.1/").prev == 2);
  CHECK(writer->numbering().next("log/web.2/").prev == 3);
  CHECK(writer->numbering().next("log/web.3/").prev == 0);
  CHECK(writer->numbering().end_of(stream_key(5, false)).end == 1234);
  append_many(2);
  CHECK(seqs() == range(1, 5));
  CHECK(disk.files.size() == 1);
}

TEST_CASE_METHOD(JournalFixture, "a segment that is full is followed by the next") {
  options.segment_bytes = 1000;
  append_many(30);
  CHECK(disk.files.size() > 2);
  for (auto& [name, bytes] : disk.files) CHECK(bytes.size() <= 1000);
  CHECK(seqs() == range(1, 30));
}

TEST_CASE_METHOD(JournalFixture, "numbers are known from the newest segment alone") {
  options.segment_bytes = 1000;
  append("log/old.1/", payload_of(1), stream_key(1, true), 77);
  append_many(30);
  while (disk.files.size() > 1) disk.files.erase(disk.files.begin());
  open();
  CHECK(writer->numbering().seq() == 31);
  CHECK(writer->numbering().lines() == 31);
  CHECK(writer->numbering().next("log/old.1/").prev == 1);
  CHECK(writer->numbering().end_of(stream_key(1, true)).end == 77);
}

TEST_CASE_METHOD(JournalFixture, "a segment that is a day old is followed by the next") {
  append_many(1);
  wall += Nanos(25h).count();
  append_many(1);
  CHECK(disk.files.size() == 2);
}

TEST_CASE_METHOD(JournalFixture, "after a boot a new segment begins") {
  append_many(1);
  REQUIRE(writer->close(wall, 0));
  options.boot_id[0] ^= 1;
  open();
  append_many(1);
  CHECK(disk.files.size() == 2);
  CHECK(seqs() == range(1, 2));
  CHECK_FALSE(writer->left_out());
}

TEST_CASE_METHOD(JournalFixture, "a journal that was closed is continued within the same boot") {
  append_many(3);
  REQUIRE(writer->close(wall, 0));
  open();
  append_many(3);
  CHECK(disk.files.size() == 1);
  CHECK(seqs() == range(1, 6));
  options.boot_id[0] ^= 1;
  open();  // that one was killed
  CHECK(writer->left_out());
}

TEST_CASE_METHOD(JournalFixture, "the oldest segments go when all are too big together") {
  options.segment_bytes = 1000;
  options.total_bytes = 3000;
  append_many(100);
  CHECK(disk.used() <= 4000);
  CHECK(disk.used() >= 2000);
  CHECK(seqs() == range(writer->segments().front().first_seq, 100));
}

TEST_CASE_METHOD(JournalFixture, "segments go when the one after them is a week old") {
  append_many(1);
  wall += Nanos(2 * 24h).count();
  append_many(1);
  wall += Nanos(6 * 24h).count();
  append_many(1);
  CHECK(seqs() == range(1, 3));
  wall += Nanos(2 * 24h).count();
  append_many(1);
  CHECK(seqs() == range(2, 4));
}

TEST_CASE_METHOD(JournalFixture, "a topic whose records are all deleted still tells its last") {
  options.segment_bytes = 1000;
  options.total_bytes = 3000;
  append("log/run.1/", payload_of(1));
  append_many(100);
  CHECK(writer->numbering().next("log/run.1/").prev == 1);
}

TEST_CASE_METHOD(JournalFixture, "a full disk takes nothing, and goes on in order with more room") {
  append_many(3);
  for (size_t room = 0; room < 100; room += 7) {
    disk.capacity = disk.used() + room;
    REQUIRE_FALSE(append("log/web.1/", std::string(200, 'x')));
    CHECK(error == "write: No space left on device");
    CHECK(writer->numbering().seq() == 3);
    CHECK(seqs() == range(1, 3));
  }
  disk.capacity = UINT64_MAX;
  append_many(3);
  CHECK(seqs() == range(1, 6));
}

TEST_CASE_METHOD(JournalFixture, "what a failed write left is written over if it cannot be cut") {
  append_many(3);
  disk.truncates_fail = true;
  disk.capacity = disk.used() + 60;
  REQUIRE_FALSE(append("log/web.1/", std::string(200, 'x')));
  CHECK(seqs() == range(1, 3));
  disk.capacity = UINT64_MAX;
  append_many(3);
  CHECK(seqs() == range(1, 6));
}

TEST_CASE_METHOD(JournalFixture, "a write that is cut short goes on") {
  disk.write_at_most = 10;
  append_many(3);
  CHECK(seqs() == range(1, 3));
}

TEST_CASE_METHOD(JournalFixture, "a disk that fails while a segment begins loses nothing") {
  options.segment_bytes = 1000;
  append_many(5);
  for (auto fault : {&MemoryDisk::creates_fail, &MemoryDisk::writes_fail}) {
    disk.*fault = true;
    for (int i = 0; i < 10; i++) append("log/web.1/", payload_of(next_seq()));
    CHECK(seqs() == range(1, writer->numbering().seq()));
    disk.*fault = false;
    append_many(20);
    CHECK(seqs() == range(1, writer->numbering().seq()));
  }
}

TEST_CASE_METHOD(JournalFixture, "a daemon starts on a disk that takes nothing") {
  disk.creates_fail = true;
  open();
  CHECK_FALSE(append("log/web.1/", payload_of(1)));
  disk.creates_fail = false;
  append_many(1);
  CHECK(seqs() == range(1, 1));
}

TEST_CASE_METHOD(JournalFixture, "a segment that somebody truncates is followed by the next") {
  append_many(5);
  newest().clear();
  append_many(5);
  CHECK(disk.files.size() == 2);
  CHECK(seqs() == range(6, 10));
}

TEST_CASE_METHOD(JournalFixture, "a journal that somebody deletes begins anew and keeps counting") {
  append_many(5);
  disk.files.clear();
  append_many(5);
  CHECK(seqs() == range(6, 10));
  open();
  CHECK(writer->numbering().seq() == 10);
}

TEST_CASE_METHOD(JournalFixture, "segments that cannot be deleted are tried again later") {
  options.segment_bytes = 1000;
  options.total_bytes = 3000;
  disk.removes_fail = true;
  append_many(50);
  CHECK(disk.used() > 4000);
  CHECK(seqs() == range(1, 50));
  disk.removes_fail = false;
  append_many(50);
  CHECK(disk.used() <= 4000);
}

// A reader may have seen the next segment, and be done with the one before.
TEST_CASE_METHOD(JournalFixture, "nothing is added to a segment after the next one was created") {
  append_many(3);
  wall += Nanos(25h).count();
  disk.writes_fail = true;
  CHECK_FALSE(append("log/web.1/", "x"));
  CHECK(disk.files.size() == 1);  // it is seen when it is whole
  disk.writes_fail = false;
  wall -= Nanos(25h).count();
  uint64_t first = disk.files.begin()->second.size();
  append_many(1);
  open();
  append_many(1);
  CHECK(disk.files.begin()->second.size() == first);
  CHECK(disk.files.size() == 2);
  CHECK(seqs() == range(1, 5));
}

TEST_CASE_METHOD(JournalFixture, "a segment without a record is not begun again") {
  append_many(1, "log/web.1/");
  append("log/web.2/", payload_of(2), stream_key(5, false), 10);
  wall += Nanos(25h).count();
  uint64_t checkpoint = 0;
  disk.write_at_most = 4096;
  disk.capacity = disk.used() + 300;  // room for the checkpoint, not for the record
  REQUIRE_FALSE(append("log/web.1/", std::string(1000, 'x')));
  checkpoint = disk.files.rbegin()->second.size();
  disk.capacity = UINT64_MAX;
  writer->numbering().forget_stream(stream_key(5, false));
  wall += Nanos(25h).count();
  append_many(1);
  CHECK(disk.files.rbegin()->second.compare(checkpoint, 4, "\xd1\x4a\x52\x31") == 0);
}

}  // namespace
}  // namespace muster::journal
