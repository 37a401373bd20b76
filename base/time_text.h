// Times as people and programs write them, turned into moments: what journalctl, docker, date and
// this project's own stamps have. Pure, except that the local time zone is asked of the system.
#pragma once

#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace muster {

// The span that a text names, both ends included: a moment, or as long as its last digit leaves
// open. A stamp of the log is cut off behind its microseconds, so it stands for all of that
// microsecond.
struct TimeSpan {
  WallTime first, last;
};

// Takes, in small or capital letters:
//   now, today, yesterday, tomorrow            the last three also with a clock behind them
//   10:15, 10:15:02, 10:15:02.5, 10:15 PM      of the local day
//   90s, 1h30m, 1.5h, 2 hours ago, -10m        before now; +10m: after now
//   2026-11-29, 2026-11-29 10:15, 2026-11-29T10:15:02.5Z, 2026-11-29 10:15:02 +0100
//   Sun, 29 Nov 2026 10:15:02 +0000            date -R
//   Sun Nov 29 10:15:02 UTC 2026, Nov 29 10:15:02   date, journalctl; this year's
//   1700000000, 1700000000.25, @1700000000     seconds since 1970
// Without a zone it is local time. A clock that a local day has twice names both moments.
Result<TimeSpan> parse_time(std::string_view text, WallTime now);

}  // namespace muster
