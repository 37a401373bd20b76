// See time.h. Calendar arithmetic is the standard library's; only the local time zone is asked of
// the system.
#include "base/time.h"

#include <fmt/format.h>
#include <time.h>

namespace muster {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

Nanos read_clock(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return seconds(time.tv_sec) + Nanos(time.tv_nsec);
}

tm local_calendar(WallTime time) {
  const time_t whole = floor<seconds>(time.time_since_epoch()).count();
  tm calendar{};
  localtime_r(&whole, &calendar);
  return calendar;
}

}  // namespace

Now read_clocks() {
  return {MonoTime(read_clock(CLOCK_MONOTONIC)), WallTime(read_clock(CLOCK_REALTIME))};
}

std::string format_utc(WallTime time) {
  // Whole microseconds first: the day in which time begins began before the first nanosecond.
  const auto micros = floor<std::chrono::microseconds>(time.time_since_epoch());
  const auto day = floor<days>(micros);
  const std::chrono::year_month_day date{std::chrono::sys_days(day)};
  const std::chrono::hh_mm_ss clock{micros - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}+00:00", int(date.year()),
                     unsigned(date.month()), unsigned(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count(), clock.subseconds().count());
}

std::string format_local_clock(WallTime time) {
  const tm local = local_calendar(time);
  return fmt::format("{:02}:{:02}:{:02}", local.tm_hour, local.tm_min, local.tm_sec);
}

LocalMinute local_minute(WallTime time) {
  const tm local = local_calendar(time);
  return {local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min, local.tm_wday};
}

std::string format_age(Nanos age) {
  if (age < Nanos(0)) age = Nanos(0);
  if (age < 1min) return fmt::format("{}s", floor<seconds>(age).count());
  if (age < 1h) return fmt::format("{}m", floor<minutes>(age).count());
  return fmt::format("{}h", floor<hours>(age).count());
}

}  // namespace muster
