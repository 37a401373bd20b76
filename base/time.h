// Time as types: MonoTime for "how long", WallTime for "when". Everything that is not an edge is
// handed a Now and never reads a clock itself; read_clocks() is for edges.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace muster {

using Nanos = std::chrono::nanoseconds;
using namespace std::chrono_literals;

// Never jumps; counts from an unspecified start that is the same for all processes of one boot.
struct MonoClock {
  using duration = Nanos;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<MonoClock>;
  static constexpr bool is_steady = true;
};

// Nanoseconds since 1970-01-01T00:00:00Z; may jump either way, may be negative.
struct WallClock {
  using duration = Nanos;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<WallClock>;
  static constexpr bool is_steady = false;
};

using MonoTime = MonoClock::time_point;
using WallTime = WallClock::time_point;

struct Now {
  MonoTime mono;
  WallTime wall;
};

Now read_clocks();

// `2026-11-22T10:15:02.114233+00:00`: UTC, six digits, for any representable time.
std::string format_utc(WallTime time);

// `10:14:40` in the local time zone.
std::string format_local_clock(WallTime time);

// The minute in which a moment lies, in the local time zone.
struct LocalMinute {
  int month, day;    // from 1 on
  int hour, minute;  // from 0 on
  int weekday;       // 0 is Sunday
};
LocalMinute local_minute(WallTime time);

// `0s`, `59s`, `59m`, `50h`: the age as the process table shows it, floored; a negative age is
// `0s`.
std::string format_age(Nanos age);

}  // namespace muster
