// See time_clock.h.
#include "base/time_clock.h"

#include <time.h>
#include <algorithm>
#include <limits>

namespace muster {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr int64_t nanos_per_second = 1'000'000'000;

// A local clock may stand for two moments, when summer time ends, and for none, when it begins;
// then the system's reckoning is taken.
FoundTime from_local(CalendarDate date, const ClockTime& clock, int summer) {
  std::optional<WallTime> first, last;
  for (const int guess : {summer, 0, 1}) {
    if (summer >= 0 && guess != summer) continue;
    tm calendar{};
    calendar.tm_year = int(date.year()) - 1900;
    calendar.tm_mon = int(unsigned(date.month())) - 1;
    calendar.tm_mday = int(unsigned(date.day()));
    calendar.tm_hour = clock.hour;
    calendar.tm_min = clock.minute;
    calendar.tm_sec = clock.second;
    calendar.tm_isdst = guess;
    const time_t time = mktime(&calendar);
    // With the wrong guess the system corrects the clock.
    const bool kept = calendar.tm_hour == clock.hour && calendar.tm_min == clock.minute;
    if (guess != summer && (!kept || time == -1)) continue;
    const auto found = wall_time(time, clock.fraction);
    if (!found) return std::nullopt;
    first = first ? std::min(*first, *found) : *found;
    last = last ? std::max(*last, *found) : *found;
  }
  return span_of(first, last, clock.unit);
}

}  // namespace

std::optional<WallTime> wall_time(int64_t whole_seconds, Nanos fraction) {
  constexpr int64_t furthest = std::numeric_limits<int64_t>::max() / nanos_per_second - 1;
  if (whole_seconds > furthest || whole_seconds < -furthest) return std::nullopt;
  return WallTime(seconds(whole_seconds) + fraction);
}

FoundTime span_of(const std::optional<WallTime>& first, const std::optional<WallTime>& last,
                  Nanos unit) {
  if (!first || !last) return std::nullopt;
  return TimeSpan{*first, *last + unit - Nanos(1)};
}

FoundTime at(CalendarDate date, const ClockTime& clock, const TimeZone& zone) {
  if (!date.ok()) return std::nullopt;
  if (zone.kind != TimeZone::Kind::offset) return from_local(date, clock, zone.summer);
  const seconds since_epoch = std::chrono::sys_days(date).time_since_epoch() + hours(clock.hour) +
                              minutes(clock.minute) + seconds(clock.second) - zone.offset;
  const auto time = wall_time(since_epoch.count(), clock.fraction);
  return span_of(time, time, clock.unit);
}

CalendarDate local_day(WallTime time, int days_later) {
  const time_t whole = floor<seconds>(time.time_since_epoch()).count();
  tm calendar{};
  localtime_r(&whole, &calendar);
  const CalendarDate today{std::chrono::year(calendar.tm_year + 1900),
                           std::chrono::month(unsigned(calendar.tm_mon + 1)),
                           std::chrono::day(unsigned(calendar.tm_mday))};
  return std::chrono::sys_days(today) + days(days_later);
}

std::optional<ClockTime> take_clock(TimeScanner& scanner) {
  ClockTime clock;
  const auto hour = scanner.digits(1, 2, 23);
  if (!hour || !scanner.take(':')) return std::nullopt;
  const auto minute = scanner.digits(2, 2, 59);
  if (!minute) return std::nullopt;
  clock.hour = *hour;
  clock.minute = *minute;
  if (scanner.take(':')) {
    const auto second = scanner.digits(2, 2, 60);  // 60 in a leap second
    if (!second) return std::nullopt;
    clock.second = *second;
    clock.unit = seconds(1);
    if (scanner.take('.') || scanner.take(',')) {
      const auto fraction = scanner.fraction();
      if (!fraction) return std::nullopt;
      clock.fraction = fraction->value;
      clock.unit = fraction->unit;
    }
  }
  TimeScanner ahead = scanner;
  ahead.skip_spaces();
  const bool before_noon = ahead.word("am");
  if (!before_noon && !ahead.word("pm")) return clock;
  if (clock.hour < 1 || clock.hour > 12) return std::nullopt;
  clock.hour = clock.hour % 12 + (before_noon ? 0 : 12);
  scanner = ahead;
  return clock;
}

std::optional<TimeZone> take_zone(TimeScanner& scanner) {
  scanner.skip_spaces();
  if (scanner.word("z") || scanner.word("utc") || scanner.word("gmt"))
    return TimeZone{TimeZone::Kind::offset};
  const bool ahead = scanner.take('+');
  if (ahead || scanner.take('-')) {
    const auto hour = scanner.digits(2, 2, 23);
    if (!hour) return std::nullopt;
    const bool colon = scanner.take(':');
    const auto minute = scanner.digits(2, 2, 59);
    if (colon && !minute) return std::nullopt;
    const seconds offset = hours(*hour) + minutes(minute.value_or(0));
    return TimeZone{TimeZone::Kind::offset, -1, ahead ? offset : -offset};
  }
  TimeScanner name_ahead = scanner;
  const auto name = name_ahead.letters();
  tzset();
  for (const int summer : {0, 1}) {
    if (name.empty() || name != tzname[summer]) continue;
    scanner = name_ahead;
    return TimeZone{TimeZone::Kind::local_named, summer};
  }
  return TimeZone{};
}

}  // namespace muster
