// How what a person asks of the log becomes a request.
#include "ctl/logs/query.h"

#include <catch2/catch.hpp>

using namespace muster;

namespace {
using Topics = std::vector<std::string>;
const WallTime now{std::chrono::seconds(1'700'000'000)};
}  // namespace

TEST_CASE("without a filter every topic is wanted") { CHECK(topics_of({}) == Topics{}); }

TEST_CASE("a type is every process of it, and no type whose name begins like it") {
  CHECK(topics_of({.processes = {"web"}, .source = "app"}) == Topics{"log/web/", "log/web."});
}

TEST_CASE("a process is exactly that one") {
  CHECK(topics_of({.processes = {"web.1"}, .source = "app"}) == Topics{"log/web.1/"});
}

TEST_CASE("several names add up, over all kinds of records") {
  auto topics = topics_of({.processes = {"web.1", "worker"}});
  CHECK(topics.size() == 3 * std::size(record_kinds));
  CHECK(std::count(topics.begin(), topics.end(), "state/web.1/") == 1);
  CHECK(std::count(topics.begin(), topics.end(), "exit/worker.") == 1);
}

TEST_CASE("the source muster is everything but what the processes printed") {
  auto topics = topics_of({.source = "muster"});
  CHECK(topics.size() == std::size(record_kinds) - 1);
  CHECK(std::count(topics.begin(), topics.end(), "log/") == 0);
  CHECK(std::count(topics.begin(), topics.end(), "scale/") == 1);
}

TEST_CASE("a hundred lines are wanted, or all from a given start on") {
  CHECK(lines_wanted({}) == 100);
  CHECK(lines_wanted({.lines = 5}) == 5);
  CHECK(lines_wanted({.until = "1h"}) == 100);
  CHECK(lines_wanted({.since = "1h"}) == std::nullopt);
  CHECK(lines_wanted({.from = 7}) == std::nullopt);
  CHECK(lines_wanted({.lines = 5, .from = 7}) == 5);
}

TEST_CASE(
    "more lines are asked for than wanted, since joined lines count as one, but none for none") {
  CHECK(*replay_request({.lines = 5}, now)->lines > 5);
  CHECK(*replay_request({.lines = 0}, now)->lines == 0);
  CHECK(replay_request({.lines = UINT64_MAX}, now)->lines == std::nullopt);
  CHECK(replay_request({.from = 7}, now)->lines == std::nullopt);
}

TEST_CASE("a time that is still to come is doubted, and so is an end before the beginning") {
  const auto doubts = [](const LogQuery& query) {
    return doubts_of(query, *replay_request(query, now), now);
  };
  CHECK(doubts({.since = "1h", .until = "1m"}).empty());
  CHECK(doubts({.since = "+1h"}).size() == 1);
  CHECK(doubts({.until = "+1h"}).front().starts_with("--until +1h: that is still to come"));
  CHECK(doubts({.since = "1m", .until = "1h"}).front() ==
        "--until 1h is before --since 1m: nothing can lie between them");
}

TEST_CASE("times are read, and a time that is none names its option") {
  CHECK(replay_request({.since = "90s"}, now)->since == now - 90s);
  CHECK(replay_request({.until = "@5"}, now)->until == WallTime(6s - 1ns));
  CHECK(replay_request({.since = "soon"}, now).message().starts_with("--since: 'soon'"));
  CHECK(replay_request({.until = "late"}, now).message().starts_with("--until: 'late'"));
}
