// The records that a power cut leaves, class by class, and the fate of those whose sync has failed.
#include "tests/unit/router/journal/journal_fixture.h"

namespace muster::journal {
namespace {

struct DurableFixture : JournalFixture {
  explicit DurableFixture(Durability durability = Durability::group) {
    options.durability = durability;
  }
  MonoTime now{1000s};

  void sync() {
    REQUIRE(writer->sync_due());
    now = std::max(now, *writer->sync_due());
    SyncTask task = writer->begin_sync(now);
    task.run();
    writer->end_sync(task);
  }
  std::vector<uint64_t> after_power_cut() {
    disk.power_cut();
    return seqs();
  }
};

TEST_CASE_METHOD(DurableFixture, "what is reported durable outlives a power cut", "[row:D56]") {
  options.segment_bytes = 1000;
  for (int i = 0; i < 30; i++) {
    append_many(1 + i % 3);
    if (i % 4 == 0) sync();
  }
  uint64_t durable = writer->durable_seq();
  CHECK(durable < writer->numbering().seq());
  auto left = after_power_cut();
  REQUIRE(left.size() >= durable);
  CHECK(left == range(1, left.size()));
}

TEST_CASE_METHOD(DurableFixture, "a segment is not durable before its name is", "[row:D57]") {
  append_many(1);
  SyncTask task = writer->begin_sync(now);
  REQUIRE(task.directory);
  task.directory = nullptr;  // as if nobody synced the directory
  task.run();
  CHECK(after_power_cut().empty());
}

TEST_CASE_METHOD(DurableFixture, "a directory that cannot be synced makes nothing durable") {
  append_many(3);
  SyncTask task = writer->begin_sync(now);
  task.run();
  task.directory_error = Error{"fsync: Input/output error"};
  writer->end_sync(task);
  CHECK(writer->durable_seq() == 0);
  CHECK(writer->sync_trouble() == "fsync: Input/output error");
  sync();
  CHECK(writer->durable_seq() == 3);
  CHECK(writer->sync_trouble().empty());
}

TEST_CASE_METHOD(DurableFixture, "syncs are made so often and no oftener, and only for something") {
  open();
  CHECK_FALSE(writer->sync_due());
  append_many(1);
  MonoTime first = now;
  sync();
  CHECK(now == first);
  CHECK_FALSE(writer->sync_due());
  append_many(1);
  CHECK(*writer->sync_due() == first + SyncPlan::group_pause);
  SyncTask task = writer->begin_sync(now);
  append_many(1);
  CHECK_FALSE(writer->sync_due());  // one is under way
  task.run();
  writer->end_sync(task);
  CHECK(writer->durable_seq() == 2);
  CHECK(writer->sync_due());
}

TEST_CASE_METHOD(DurableFixture, "what a failed sync may have lost is written again", "[row:D50]") {
  append_many(5);
  sync();
  append_many(5);
  disk.syncs_fail = true;
  sync();
  CHECK(writer->durable_seq() == 5);
  CHECK_FALSE(append("log/web.1/", payload_of(11)));
  CHECK(error == "fdatasync: Input/output error");
  sync();
  disk.syncs_fail = false;
  sync();
  CHECK(writer->durable_seq() == 10);
  append_many(2);
  CHECK(seqs() == range(1, 12));
  CHECK(disk.files.size() == 2);
  CHECK(disk.files.rbegin()->first == segment_name(6));
  CHECK(disk.syncs_after_failure == 0);

  SECTION("a reader finds each once, whatever became of the old ones") {
    auto& old = disk.files.begin()->second;
    auto at = offsets(old);
    for (size_t byte = at[6]; byte < at[9]; byte++) old[byte] = '\0';
    CHECK(seqs() == range(1, 12));
  }
  SECTION("the next daemon goes on") {
    open();
    CHECK(writer->numbering().seq() == 12);
    CHECK(writer->numbering().lines() == 12);
    CHECK(writer->records_missing() == 0);
    append_many(3);
    CHECK(seqs() == range(1, 15));
  }
  SECTION("they outlive a power cut") { CHECK(after_power_cut() == range(1, 10)); }
}

TEST_CASE_METHOD(DurableFixture, "the first sync of a segment fails: it is replaced whole") {
  append_many(5);
  auto reader = Cursor::open(storage);
  for (int i = 0; i < 4; i++) REQUIRE(reader->next());
  disk.syncs_fail = true;
  sync();
  disk.syncs_fail = false;
  sync();
  append_many(2);
  sync();
  CHECK(disk.files.size() == 1);
  CHECK(disk.syncs_after_failure == 0);
  CHECK(after_power_cut() == range(1, 7));
}

TEST_CASE_METHOD(DurableFixture, "a segment that is full already is written again too") {
  options.segment_bytes = 1000;
  append_many(20);
  const size_t segments = disk.files.size();
  REQUIRE(segments > 2);
  disk.syncs_fail = true;
  sync();
  disk.syncs_fail = false;
  sync();
  CHECK(writer->durable_seq() == 20);
  CHECK(disk.files.size() == segments);
  CHECK(disk.syncs_after_failure == 0);
  CHECK(after_power_cut() == range(1, 20));
}

TEST_CASE_METHOD(DurableFixture, "a disk that takes nothing when records are written again") {
  append_many(5);
  disk.syncs_fail = true;
  sync();
  disk.syncs_fail = false;
  for (auto fault :
       {&MemoryDisk::creates_fail, &MemoryDisk::writes_fail, &MemoryDisk::renames_fail}) {
    disk.*fault = true;
    sync();
    CHECK(writer->durable_seq() == 0);
    CHECK_FALSE(append("log/web.1/", payload_of(6)));
    CHECK(seqs() == range(1, 5));
    disk.*fault = false;
  }
  sync();
  append_many(5);
  sync();
  CHECK(after_power_cut() == range(1, 10));
}

TEST_CASE_METHOD(DurableFixture, "a disk that falls too far behind is given no more", "[row:D63]") {
  options.segment_bytes = 1000;
  append_many(1);
  SyncTask task = writer->begin_sync(now);
  while (append("log/web.1/", payload_of(next_seq())))
    REQUIRE(disk.files.size() < 3 * SyncPlan::max_dirty);
  CHECK(error == "the disk is 16 segments behind");
  task.run();
  writer->end_sync(task);
  sync();
  append_many(10);
  CHECK(seqs() == range(1, writer->numbering().seq()));
}

TEST_CASE_METHOD(DurableFixture, "the first sync is of what an earlier daemon left") {
  options.segment_bytes = 1000;
  options.durability = Durability::page;
  append_many(9);
  REQUIRE(disk.files.size() > 1);
  CHECK_FALSE(writer->sync_due());
  options.durability = Durability::group;
  open();
  CHECK(writer->durable_seq() == 0);
  sync();
  CHECK(writer->durable_seq() == 9);
  CHECK(after_power_cut() == range(1, 9));
}

TEST_CASE_METHOD(DurableFixture, "what an earlier daemon left and does not get there is written") {
  options.durability = Durability::page;
  append_many(5);
  options.durability = Durability::group;
  open();
  disk.syncs_fail = true;
  sync();
  disk.syncs_fail = false;
  sync();
  CHECK(writer->durable_seq() == 5);
  CHECK(disk.syncs_after_failure == 0);
  append_many(1);
  CHECK(seqs() == range(1, 6));
}

struct PageFixture : DurableFixture {
  PageFixture() : DurableFixture(Durability::page) {}
  void reboot() {
    disk.power_cut();
    options.boot_id[0]++;
    open();
  }
};

TEST_CASE_METHOD(PageFixture, "no number is given out twice, however often the power fails",
                 "[row:D56]") {
  options.durability = Durability::group;
  append_many(5);
  sync();
  options.durability = Durability::page;
  open();
  append_many(5);
  constexpr uint64_t leap = Writer::numbers_left_out;
  for (uint64_t boot = 1; boot <= 3; boot++) {
    const uint64_t last = 5 + (boot - 1) * (leap + 1);  // the first of each boot outlives it
    reboot();
    REQUIRE(writer->left_out());
    CHECK(*writer->left_out() == std::pair<uint64_t, uint64_t>(last + 1, last + leap));
    append_many(5);
    CHECK(writer->numbering().seq() == last + leap + 5);
  }
  CHECK(writer->numbering().next("log/web.1/").prev == writer->numbering().seq());
}

TEST_CASE_METHOD(PageFixture, "a journal that was closed is not taken for closed once it goes on",
                 "[row:D56]") {
  append_many(5);
  REQUIRE(writer->close(wall, 0));
  SECTION("in the same boot") { open(); }
  SECTION("in the next boot") { reboot(); }
  SECTION("by a daemon that was killed at once") {
    open();
    append_many(1);
    open();
  }
  CHECK_FALSE(writer->left_out());
  append_many(3);
  const uint64_t last = writer->numbering().seq();
  reboot();
  REQUIRE(writer->left_out());
  append_many(1);
  CHECK(writer->numbering().seq() > last);
}

TEST_CASE_METHOD(PageFixture, "a journal that was closed goes on in a new segment if it must") {
  append_many(5);
  REQUIRE(writer->close(wall, 0));
  open();
  disk.syncs_fail = true;
  CHECK_FALSE(append("log/web.1/", payload_of(6)));
  CHECK(error == "fdatasync: Input/output error");
  disk.syncs_fail = false;
  append_many(1);
  CHECK(disk.files.size() == 2);
  CHECK(disk.syncs_after_failure == 0);
  CHECK(seqs() == range(1, 6));
}

TEST_CASE_METHOD(PageFixture, "a disk that is full after a power cut delays the first number") {
  append_many(5);
  disk.durable = disk.files;
  reboot();
  disk.syncs_fail = true;
  CHECK_FALSE(append("log/web.1/", payload_of(next_seq())));
  CHECK(error == "fdatasync: Input/output error");
  disk.syncs_fail = false;
  append_many(1);
  CHECK(disk.files.size() == 2);
}

}  // namespace
}  // namespace muster::journal
