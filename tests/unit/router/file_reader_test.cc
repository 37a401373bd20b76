// A reader of the files reads as far as it was told, and each record that it wants once.
#include "router/file_reader.h"

#include <catch2/catch.hpp>

#include "tests/unit/router/replay_fixture.h"

namespace muster {
namespace {

struct FilesFixture : ReplayFixture {
  FileReader reader(ReplayRequest request, uint64_t published) {
    request.follow = true;
    return FileReader(
        [this](auto& wanted) {
          return Replay::open(std::make_unique<MemoryStorage>(disk), wanted);
        },
        request, "here", published);
  }
  static std::vector<uint64_t> seqs_of(const ReplayRecordsReply& reply) {
    std::vector<uint64_t> seqs;
    for (auto& [topic, payload] : reply.records)
      seqs.push_back(std::stoull(payload.substr(payload.rfind(' '))));
    return seqs;
  }
  static ReplayRecordsReply portion(FileReader& reader) {
    auto reply = reader.read();
    if (!reply) FAIL(reply.message());
    return std::move(*reply);
  }
};
using Seqs = std::vector<uint64_t>;

}  // namespace

TEST_CASE_METHOD(FilesFixture, "the files are read as far as the daemon has published") {
  append_many(5);
  FileReader files = reader(from(1), 3);
  REQUIRE(files.has_more());
  const auto history = portion(files);
  CHECK(seqs_of(history) == Seqs{1, 2, 3});
  CHECK(history.live);
  CHECK(history.head == 3);
  CHECK_FALSE(files.has_more());
  files.go_on({.seq = 4, .line = 3}, 5);
  REQUIRE(files.has_more());
  CHECK(seqs_of(portion(files)) == Seqs{4, 5});
  CHECK_FALSE(files.has_more());
}

TEST_CASE_METHOD(FilesFixture, "news that come while history is read are read after it") {
  append_many(6);
  FileReader files = reader(from(1), 2);
  files.go_on({.seq = 3, .line = 2}, 4);
  files.go_on({.seq = 5, .line = 4}, 6);
  CHECK(seqs_of(portion(files)) == Seqs{1, 2});
  REQUIRE(files.has_more());
  CHECK(seqs_of(portion(files)) == Seqs{3, 4, 5, 6});
  CHECK_FALSE(files.has_more());
}

TEST_CASE_METHOD(FilesFixture, "an empty history is told to be over, once") {
  append_many(2);
  FileReader files = reader(from(3), 2);
  REQUIRE(files.has_more());
  const auto history = portion(files);
  CHECK(history.records.empty());
  CHECK(history.live);
  CHECK_FALSE(files.has_more());
}

TEST_CASE_METHOD(FilesFixture, "what is not wanted is passed over, at rest too") {
  append_many(2);
  append_many(3, "log/worker.1/");
  ReplayRequest web = from(1);
  web.topics = {"log/web.1/"};
  FileReader files = reader(web, 2);
  CHECK(seqs_of(portion(files)) == Seqs{1, 2});
  append_many(1);
  files.rest();
  files.go_on({.seq = 6, .line = 5}, 6);
  const auto live = portion(files);
  CHECK(seqs_of(live) == Seqs{6});
  CHECK_FALSE(live.gone);
}

TEST_CASE_METHOD(FilesFixture, "records that are gone are told before those that are there") {
  fill();
  disk.files.erase(disk.files.begin());
  FileReader files = reader(from(1), 100);
  const auto first = portion(files);
  REQUIRE(first.gone);
  CHECK(first.gone->first == 1);
  REQUIRE_FALSE(first.records.empty());
  CHECK(seqs_of(first).front() == first.gone->second + 1);
}

}  // namespace muster
