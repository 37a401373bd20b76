// When something is to be done, as the five fields of a crontab have it: minute, hour, day of the
// month, month, day of the week, in the local time zone. Pure but for that zone.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace muster {

class Schedule {
 public:
  // "*/5 9-17 * * mon-fri", or "@hourly" and the like. An error says which field is wrong; a time
  // that never comes, as the 30th of February, is one too.
  static Result<Schedule> parse(std::string_view text);

  Schedule() = default;  // never
  // The next minute after that moment. Each minute of an hour that the clock goes through twice
  // counts twice, and one that it leaves out does not come.
  std::optional<WallTime> next_after(WallTime moment) const;

  bool operator==(const Schedule&) const = default;

 private:
  bool is_day(const LocalMinute& time) const;

  // A bit for each value.
  uint64_t minutes_ = 0, hours_ = 0, days_ = 0, months_ = 0, weekdays_ = 0;
  // Where both days are restricted, either is enough.
  bool any_day_ = true, any_weekday_ = true;
};

}  // namespace muster
