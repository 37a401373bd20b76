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
