// The topics that a numbering knows, also those whose records are gone.
#include "router/numbering.h"

#include <fmt/format.h>
#include <catch2/catch.hpp>

namespace muster {
namespace {

using Topics = std::vector<std::string>;
using Have = std::map<std::string, uint64_t>;

struct NotedTopics {
  Numbering numbering;
  void note(uint64_t seq, std::string_view topic) {
    journal::RecordHeader header;
    header.seq = seq;
    header.line = seq - 1;
    header.lines = 1;
    numbering.note(header, topic);
  }
  uint64_t first(uint64_t from, const Topics& topics, const Have& have = {}) const {
    return numbering.first_missing(from, {topics, have});
  }
  uint64_t last(uint64_t first, const Topics& topics, const Have& have = {}) const {
    return numbering.last_wanted(first, {topics, have});
  }
  Numbering copy() const {
    std::vector<char> bytes;
    numbering.encode(bytes);
    auto decoded =
        Numbering::decode(numbering.seq(), numbering.lines(), {bytes.data(), bytes.size()});
    REQUIRE(decoded);
    return *decoded;
  }
};

}  // namespace

TEST_CASE("who has everything that is wanted lacks nothing before the next record") {
  NotedTopics noted;
  noted.note(1, "log/web.1/");
  noted.note(2, "state/web.1/");
  for (uint64_t seq = 3; seq <= 100; seq++) noted.note(seq, "log/flood.1/");
  CHECK(noted.first(1, {}) == 1);
  CHECK(noted.first(50, {}) == 50);
  CHECK(noted.first(3, {"log/web.", "state/web."}) == 101);
  CHECK(noted.first(2, {"log/web.", "state/web."}) == 2);
  CHECK(noted.first(1, {"log/web.", "state/web."}, {{"log/web.1/", 1}, {"state/web.1/", 2}}) ==
        101);
  CHECK(noted.first(1, {"log/"}, {{"log/web.1/", 1}, {"log/flood.1/", 97}}) == 98);
  CHECK(noted.first(500, {}) == 500);
  CHECK(noted.last(2, {"log/web."}) == 0);
  CHECK(noted.last(1, {"log/web."}) == 1);
  CHECK(noted.last(1, {"log/web."}, {{"log/web.1/", 1}}) == 0);
}

TEST_CASE("a topic whose records are gone is known for as long as there are not too many") {
  NotedTopics noted;
  for (uint64_t seq = 1; seq <= 2000; seq++) noted.note(seq, fmt::format("log/run.{}/", seq));
  noted.note(2001, "log/web.1/");
  noted.numbering.forget_before(2001);
  for (const Numbering& numbering : {noted.numbering, noted.copy()}) {
    CHECK(numbering.next("log/run.2000/").prev == 2000);
    CHECK(numbering.next("log/run.977/").prev == 977);
    CHECK(numbering.next("log/run.976/").prev == 0);
  }
  CHECK(noted.last(977, {"log/run.5/"}) == 0);
  CHECK(noted.last(976, {"log/run.5/"}) == 976);
  CHECK(noted.first(977, {"log/run.5/"}) == 2002);
  CHECK(noted.first(976, {"log/run.5/"}) == 976);
}

TEST_CASE("a checkpoint of an older program says nothing of the topics that it left out") {
  const std::string bytes(8, '\0');  // no topics, no streams
  auto old = Numbering::decode(10, 10, bytes);
  REQUIRE(old);
  const Topics topics{"log/web."};
  const Have nothing;
  CHECK(old->last_wanted(10, {topics, nothing}) == 10);
  CHECK(old->last_wanted(11, {topics, nothing}) == 0);
}

}  // namespace muster
