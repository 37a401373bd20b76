// Times as people and programs write them, in several zones.
#include "base/time_text.h"

#include <stdlib.h>
#include <time.h>
#include <catch2/catch.hpp>

namespace muster {
namespace {

// 2026-11-22T10:15:02.114233+00:00, a Sunday
const WallTime a_moment(Nanos(1795342502'114233999));

// The local zone is the process's; each case says which it means.
class LocalZone {
 public:
  explicit LocalZone(const char* name) {
    setenv("TZ", name, 1);
    tzset();
  }
  ~LocalZone() {
    unsetenv("TZ");
    tzset();
  }
};

constexpr const char* berlin = "CET-1CEST,M3.5.0,M10.5.0/3";

std::string parsed(std::string_view text, WallTime now = a_moment) {
  const auto time = parse_time(text, now);
  return time ? format_utc(time->first) : "error: " + time.message();
}
std::string parsed_end(std::string_view text) {
  const auto time = parse_time(text, a_moment);
  return time ? format_utc(time->last) : "error: " + time.message();
}

}  // namespace

TEST_CASE("a time with a zone means the same everywhere") {
  for (const char* name : {"XYZ-2", "UTC", berlin, "America/New_York"}) {
    const LocalZone zone(name);
    for (const char* text :
         {"2026-11-22T10:15:02Z", "2026-11-22t10:15:02z", "2026-11-22 10:15:02 UTC",
          "2026-11-22T10:15:02+00:00", "2026-11-22T11:15:02+01", "2026-11-22 12:15:02 +0200",
          "2026-11-22T08:45:02-0130", "Sun, 22 Nov 2026 10:15:02 +0000",
          "Sun, 22 Nov 2026 19:15:02 +0900", "22 Nov 2026 10:15:02 GMT",
          "Sun Nov 22 10:15:02 UTC 2026", "Sun Nov 22 10:15:02 AM UTC 2026",
          "Sun 2026-11-22 10:15:02 UTC", "@1795342502", "1795342502", "10:15:02Z",
          " 2026-11-22T10:15:02Z "}) {
      INFO(name << ": " << text);
      CHECK(parsed(text) == "2026-11-22T10:15:02.000000+00:00");
    }
  }
}

TEST_CASE("a fraction is as long as it is, behind a point or a comma") {
  CHECK(parsed("2026-11-22T10:15:02.114Z") == "2026-11-22T10:15:02.114000+00:00");
  CHECK(parsed("2026-11-22T10:15:02,114233999+00:00") == "2026-11-22T10:15:02.114233+00:00");
  CHECK(parsed("1795342502.25") == "2026-11-22T10:15:02.250000+00:00");
  CHECK(parsed("@1700000000.000000001") == "2023-11-14T22:13:20.000000+00:00");
  CHECK(parsed("@-1") == "1969-12-31T23:59:59.000000+00:00");
}

TEST_CASE("a stamp of the log that is given back takes in what it stands for") {
  const auto stamp = parse_time(format_utc(a_moment), a_moment);
  REQUIRE(stamp);
  CHECK(stamp->first <= a_moment);
  CHECK(stamp->last >= a_moment);
  CHECK(format_utc(stamp->last) == format_utc(a_moment));
  const LocalZone zone("XYZ-2");
  const auto clock = parse_time(format_local_clock(a_moment), a_moment);
  REQUIRE(clock);
  CHECK(clock->first <= a_moment);
  CHECK(clock->last >= a_moment);
}

TEST_CASE("a time without seconds, a day and an age name one moment") {
  for (const char* text : {"10:15", "2026-11-22 10:15", "yesterday", "2h", "now"})
    CHECK(parsed(text) == parsed_end(text));
}

TEST_CASE("a time without a zone is local") {
  const LocalZone zone("XYZ-2");
  CHECK(parsed("2026-11-22T10:15:02") == "2026-11-22T08:15:02.000000+00:00");
  CHECK(parsed("2026-11-22 10:15") == "2026-11-22T08:15:00.000000+00:00");
  CHECK(parsed("2026-11-22") == "2026-11-21T22:00:00.000000+00:00");
  CHECK(parsed("Nov 22 10:15:02") == "2026-11-22T08:15:02.000000+00:00");
  CHECK(parsed("22 Nov 2026") == "2026-11-21T22:00:00.000000+00:00");
}

TEST_CASE("a clock alone is today's, and days are local days") {
  const LocalZone zone("XYZ-14");  // here it is already the 23rd
  CHECK(parsed("10:15") == "2026-11-22T20:15:00.000000+00:00");
  CHECK(parsed("10:15:30.5") == "2026-11-22T20:15:30.500000+00:00");
  CHECK(parsed("9:15 pm") == "2026-11-23T07:15:00.000000+00:00");
  CHECK(parsed("today") == "2026-11-22T10:00:00.000000+00:00");
  CHECK(parsed("Yesterday") == "2026-11-21T10:00:00.000000+00:00");
  CHECK(parsed("yesterday 10:15") == "2026-11-21T20:15:00.000000+00:00");
  CHECK(parsed("tomorrow") == "2026-11-23T10:00:00.000000+00:00");
  CHECK(parsed("00:30Z") == "2026-11-22T00:30:00.000000+00:00");
}

TEST_CASE("the days around the change of a clock begin at their own midnight") {
  const LocalZone zone(berlin);
  const WallTime after = parse_time("2026-10-26T12:00:00Z", a_moment)->first;
  CHECK(parsed("yesterday", after) == "2026-10-24T22:00:00.000000+00:00");
  CHECK(parsed("today", after) == "2026-10-25T23:00:00.000000+00:00");
}

TEST_CASE("a clock that a day has twice names both moments, unless it says which") {
  const LocalZone zone(berlin);
  CHECK(parsed("2026-10-25 02:30") == "2026-10-25T00:30:00.000000+00:00");
  CHECK(parsed_end("2026-10-25 02:30") == "2026-10-25T01:30:00.000000+00:00");
  CHECK(parsed("2026-10-25 02:30 CET") == "2026-10-25T01:30:00.000000+00:00");
  CHECK(parsed_end("2026-10-25 02:30 CEST") == "2026-10-25T00:30:00.000000+00:00");
  CHECK(parsed("Sun Nov 22 11:15:02 CET 2026") == "2026-11-22T10:15:02.000000+00:00");
}

TEST_CASE("an age counts back from now") {
  for (const char* text : {"90s", "1m30s", "1m 30s", "-90s", "90 seconds ago", "1.5 min ago",
                           "1 minute, 30 seconds ago", "90S", "90sec"})
    CHECK(parsed(text) == "2026-11-22T10:13:32.114233+00:00");
  CHECK(parsed("-10m") == "2026-11-22T10:05:02.114233+00:00");
  CHECK(parsed("1h30m") == "2026-11-22T08:45:02.114233+00:00");
  CHECK(parsed("2 hours ago") == "2026-11-22T08:15:02.114233+00:00");
  CHECK(parsed("an hour ago") == "2026-11-22T09:15:02.114233+00:00");
  CHECK(parsed("1d") == "2026-11-21T10:15:02.114233+00:00");
  CHECK(parsed("1w") == "2026-11-15T10:15:02.114233+00:00");
  CHECK(parsed("1h2m3s500ms") == "2026-11-22T09:12:58.614233+00:00");
  CHECK(parsed("+10m") == "2026-11-22T10:25:02.114233+00:00");
}

TEST_CASE("what is not a time is refused, whatever it resembles") {
  for (const char* text : {"",
                           " ",
                           "10",
                           "10:60",
                           "24:00",
                           "2026-02-30",
                           "2026-13-01",
                           "2026-11-22T",
                           "5m later",
                           "+5m ago",
                           "ago",
                           "5 x",
                           "@",
                           "@x",
                           "@99999999999999",
                           "99999999999999999999d",
                           "9999-01-01",
                           "2026-11-22T10:15:02.Z",
                           "2026-11-22T10:15:02+9",
                           "10:15x",
                           "10:15 XYZ",
                           "Mon, 22 Nov 2026 10:15:02 +0000",
                           "13:15 pm",
                           "yesterday-ish",
                           "nows",
                           "9999999999999y"}) {
    INFO(text);
    CHECK(parsed(text).starts_with("error: '" + std::string(text) + "' is not a time"));
  }
}

}  // namespace muster
