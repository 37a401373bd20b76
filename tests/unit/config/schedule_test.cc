// Times as a crontab has them.
#include "daemon/config/schedule.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>

#include "base/time_text.h"

using namespace muster;

namespace {

// The time zone of this program; as it was when it is gone.
struct Zone {
  explicit Zone(const char* name) { set(name); }
  ~Zone() { set("UTC"); }
  static void set(const char* name) {
    setenv("TZ", name, 1);
    tzset();
  }
};

WallTime at(const char* text) { return parse_time(text, WallTime{})->first; }

// The next times after one, in UTC to the minute.
std::vector<std::string> next(const char* schedule, const char* after, size_t count = 1) {
  auto parsed = Schedule::parse(schedule);
  REQUIRE(parsed);
  std::vector<std::string> found;
  WallTime time = at(after);
  for (size_t i = 0; i < count; i++) {
    time = parsed->next_after(time).value();
    found.push_back(format_utc(time).substr(0, 16));
  }
  return found;
}

std::string error_of(const char* schedule) { return Schedule::parse(schedule).message(); }

using Times = std::vector<std::string>;

}  // namespace

TEST_CASE("every field, alone and in lists, ranges and steps") {
  const Zone zone("UTC");
  const char* sunday = "2026-11-22T10:15:30Z";
  CHECK(next("* * * * *", sunday) == Times{"2026-11-22T10:16"});
  CHECK(next("*/20 * * * *", sunday, 3) ==
        Times{"2026-11-22T10:20", "2026-11-22T10:40", "2026-11-22T11:00"});
  CHECK(next("5/25 * * * *", sunday, 2) == Times{"2026-11-22T10:30", "2026-11-22T10:55"});
  CHECK(next("0 9-17/4,23 * * *", sunday, 3) ==
        Times{"2026-11-22T13:00", "2026-11-22T17:00", "2026-11-22T23:00"});
  CHECK(next("30 4 1 JAN,jul *", sunday, 2) == Times{"2027-01-01T04:30", "2027-07-01T04:30"});
  CHECK(next("0 0 * * mon-wed", sunday, 4) ==
        Times{"2026-11-23T00:00", "2026-11-24T00:00", "2026-11-25T00:00", "2026-11-30T00:00"});
  CHECK(next("0 0 * * 7", sunday) == Times{"2026-11-29T00:00"});
  CHECK(next("@weekly", sunday) == next("0 0 * * sun", sunday));
}

TEST_CASE("a moment that fits is not its own next one") {
  const Zone zone("UTC");
  CHECK(next("15 10 * * *", "2026-11-22T10:15:00Z") == Times{"2026-11-23T10:15"});
  CHECK(next("15 10 * * *", "2026-11-22T10:14:59Z") == Times{"2026-11-22T10:15"});
}

TEST_CASE("of a day of the month and one of the week either is enough, if both are restricted") {
  const Zone zone("UTC");
  CHECK(next("0 0 13 * fri", "2026-11-01T00:00:00Z", 3) ==
        Times{"2026-11-06T00:00", "2026-11-13T00:00", "2026-11-20T00:00"});
  CHECK(next("0 0 13 2 *", "2026-11-01T00:00:00Z") == Times{"2027-02-13T00:00"});
}

TEST_CASE("a leap day comes, however far away") {
  const Zone zone("UTC");
  CHECK(next("0 12 29 2 *", "2096-03-01T00:00:00Z") == Times{"2104-02-29T12:00"});
}

TEST_CASE("times are local, and a clock that is put forward or back hides nothing") {
  const Zone zone("Europe/Berlin");
  CHECK(next("0 4 * * *", "2026-11-22T10:00:00Z") == Times{"2026-11-23T03:00"});
  // 02:00 to 03:00 is left out, and later gone through twice.
  CHECK(next("30 2 * * *", "2026-03-28T12:00:00Z") == Times{"2026-03-30T00:30"});
  CHECK(next("30 2 * * *", "2026-10-24T12:00:00Z", 2) ==
        Times{"2026-10-25T00:30", "2026-10-25T01:30"});
  CHECK(next("0 0 * * *", "2026-10-24T12:00:00Z", 2) ==
        Times{"2026-10-24T22:00", "2026-10-25T23:00"});
}

TEST_CASE("what is no schedule says why") {
  CHECK(error_of("* * * *") ==
        "'* * * *' has not the five fields of a crontab, as \"*/5 * * * *\" or \"@daily\" has");
  CHECK(error_of("@reboot") ==
        "'@reboot' has not the five fields of a crontab, as \"*/5 * * * *\" or \"@daily\" has");
  CHECK(error_of("* 24 * * *") == "'24' is no hour (0 to 23)");
  CHECK(error_of("*/0 * * * *") == "'*/0' is no minute (0 to 59)");
  CHECK(error_of("5-1 * * * *") == "'5-1' is no minute (0 to 59)");
  CHECK(error_of("* * 0 * *") == "'0' is no day of the month (1 to 31)");
  CHECK(error_of("* * * octember *") == "'octember' is no month (1 to 12)");
  CHECK(error_of("0 0 30 2 *") == "'0 0 30 2 *' is a time that never comes");
}
