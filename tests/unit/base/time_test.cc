// Time as people write and read it.
#include "base/time.h"

#include <stdlib.h>
#include <time.h>
#include <catch2/catch.hpp>
#include <limits>

namespace muster {
namespace {

// 2026-11-22T10:15:02.114233+00:00
const WallTime moment(Nanos(1795342502'114233999));

// The local zone is the process's; each case says which it means.
class Zone {
 public:
  explicit Zone(const char* name) {
    setenv("TZ", name, 1);
    tzset();
  }
  ~Zone() {
    unsetenv("TZ");
    tzset();
  }
};

std::string parsed(std::string_view text) {
  const auto time = parse_time(text, moment);
  return time ? format_utc(*time) : "error: " + time.message();
}

}  // namespace

TEST_CASE("a time is shown in UTC with six digits, cut off and not rounded") {
  CHECK(format_utc(moment) == "2026-11-22T10:15:02.114233+00:00");
  CHECK(format_utc(WallTime(Nanos(0))) == "1970-01-01T00:00:00.000000+00:00");
}

TEST_CASE("a time before 1970 and the ends of the range are shown like any other") {
  CHECK(format_utc(WallTime(Nanos(-1))) == "1969-12-31T23:59:59.999999+00:00");
  CHECK(format_utc(WallTime(Nanos(std::numeric_limits<int64_t>::max()))) ==
        "2262-04-11T23:47:16.854775+00:00");
  CHECK(format_utc(WallTime(Nanos(std::numeric_limits<int64_t>::min()))) ==
        "1677-09-21T00:12:43.145224+00:00");
}

TEST_CASE("the foreground clock is local") {
  const Zone zone("XYZ-2");
  CHECK(format_local_clock(moment) == "12:15:02");
}

TEST_CASE("a time with a zone means the same everywhere") {
  const Zone zone("XYZ-2");
  CHECK(parsed("2026-11-22T10:15:02Z") == "2026-11-22T10:15:02.000000+00:00");
  CHECK(parsed("2026-11-22T10:15:02.114Z") == "2026-11-22T10:15:02.114000+00:00");
  CHECK(parsed("2026-11-22T10:15:02+00:00") == "2026-11-22T10:15:02.000000+00:00");
  CHECK(parsed("2026-11-22T10:15:02-0130") == "2026-11-22T11:45:02.000000+00:00");
}

TEST_CASE("what format_utc shows can be typed back in") {
  CHECK(parsed(format_utc(moment)) == format_utc(moment));
}

TEST_CASE("a time without a zone is local") {
  const Zone zone("XYZ-2");
  CHECK(parsed("2026-11-22T10:15:02") == "2026-11-22T08:15:02.000000+00:00");
  CHECK(parsed("2026-11-22 10:15") == "2026-11-22T08:15:00.000000+00:00");
  CHECK(parsed("2026-11-22") == "2026-11-21T22:00:00.000000+00:00");
}

TEST_CASE("a clock alone is today's, and today is a local day") {
  const Zone zone("XYZ-14");  // here it is already the 23rd
  CHECK(parsed("10:15") == "2026-11-22T20:15:00.000000+00:00");
  CHECK(parsed("10:15:30") == "2026-11-22T20:15:30.000000+00:00");
}

TEST_CASE("an age counts back from now") {
  CHECK(parsed("90s") == "2026-11-22T10:13:32.114233+00:00");
  CHECK(parsed("10m") == "2026-11-22T10:05:02.114233+00:00");
  CHECK(parsed("2h ago") == "2026-11-22T08:15:02.114233+00:00");
  CHECK(parsed("1d") == "2026-11-21T10:15:02.114233+00:00");
}

TEST_CASE("seconds since the epoch") {
  CHECK(parsed("@1700000000") == "2023-11-14T22:13:20.000000+00:00");
  CHECK(parsed("@1700000000.25") == "2023-11-14T22:13:20.250000+00:00");
}

TEST_CASE("what is not a time is refused, whatever it resembles") {
  for (const char* text :
       {"", "now", "10", "10:60", "24:00", "2026-02-30", "2026-13-01", "2026-11-22T", "5 m", "-5m",
        "5m later", "@", "@x", "@99999999999999", "99999999999999999999d", "9999-01-01",
        "2026-11-22T10:15:02.Z", "2026-11-22T10:15:02+9", "10:15x"}) {
    INFO(text);
    CHECK(parsed(text).starts_with("error: '" + std::string(text) + "' is not a time"));
  }
}

TEST_CASE("an age is shown in its largest whole unit up to hours, rounded down") {
  CHECK(format_age(-5s) == "0s");
  CHECK(format_age(999ms) == "0s");
  CHECK(format_age(59'999ms) == "59s");
  CHECK(format_age(60s) == "1m");
  CHECK(format_age(59min + 59s) == "59m");
  CHECK(format_age(50h + 59min) == "50h");
}

TEST_CASE("the clocks run") {
  const Now before = read_clocks(), after = read_clocks();
  CHECK(after.mono >= before.mono);
  CHECK(before.wall > moment - 24h * 3650);
}

}  // namespace muster
