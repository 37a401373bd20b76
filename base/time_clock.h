// A day, a clock and a zone, and the moments that they name: the parts of which time_text.cc makes
// dates. Only the local time zone is asked of the system.
#pragma once

#include <chrono>
#include <optional>

#include "base/time.h"
#include "base/time_scanner.h"
#include "base/time_text.h"

namespace muster {

using CalendarDate = std::chrono::year_month_day;
using FoundTime = std::optional<TimeSpan>;

struct ClockTime {
  int hour = 0, minute = 0, second = 0;
  Nanos fraction{0};
  Nanos unit{1};  // how long the clock shows this: a second, or a part of it
};

struct TimeZone {
  enum class Kind : uint8_t { local, local_named, offset } kind = Kind::local;
  int summer = -1;                 // of local_named, as tm_isdst has it
  std::chrono::seconds offset{0};  // ahead of UTC
};

// HH:MM[:SS[.fraction]][ AM| PM]
std::optional<ClockTime> take_clock(TimeScanner& scanner);
// Z, UTC, GMT, the local zone's own names, +HH:MM, -HHMM, +HH. Without one it is local.
std::optional<TimeZone> take_zone(TimeScanner& scanner);

// A second since 1970, if nanoseconds reach so far.
std::optional<WallTime> wall_time(int64_t whole_seconds, Nanos fraction);
// From `first` to the end of the unit that begins with `last`.
FoundTime span_of(const std::optional<WallTime>& first, const std::optional<WallTime>& last,
                  Nanos unit);
FoundTime at(CalendarDate date, const ClockTime& clock, const TimeZone& zone);
CalendarDate local_day(WallTime time, int days_later);

}  // namespace muster
