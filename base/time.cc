// See time.h. Calendar arithmetic is the standard library's; only the local time zone is asked of
// the system.
#include "base/time.h"

#include <fmt/format.h>
#include <time.h>
#include <charconv>
#include <limits>
#include <optional>

namespace muster {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr int64_t nanos_per_second = 1'000'000'000;

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

std::optional<WallTime> wall_time(int64_t whole_seconds, Nanos fraction) {
  constexpr int64_t furthest = std::numeric_limits<int64_t>::max() / nanos_per_second - 1;
  if (whole_seconds > furthest || whole_seconds < -furthest) return std::nullopt;
  return WallTime(seconds(whole_seconds) + fraction);
}

// Takes what it recognises from the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }
  bool take(char wanted) {
    if (text_.empty() || text_.front() != wanted) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool take(std::string_view wanted) {
    if (!text_.starts_with(wanted)) return false;
    text_.remove_prefix(wanted.size());
    return true;
  }
  // Exactly `width` digits, with a value of at most `most`.
  std::optional<int> digits(size_t width, int most) {
    if (text_.size() < width) return std::nullopt;
    int value = 0;
    for (size_t i = 0; i < width; ++i) {
      if (text_[i] < '0' || text_[i] > '9') return std::nullopt;
      value = value * 10 + (text_[i] - '0');
    }
    if (value > most) return std::nullopt;
    text_.remove_prefix(width);
    return value;
  }
  std::optional<int64_t> number() {
    if (text_.empty() || text_.front() < '0' || text_.front() > '9') return std::nullopt;
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error != std::errc()) return std::nullopt;
    text_.remove_prefix(end - text_.data());
    return value;
  }
  // What follows a point: digits beyond nanoseconds are dropped.
  std::optional<Nanos> fraction() {
    int64_t value = 0, unit = nanos_per_second;
    size_t used = 0;
    for (; used < text_.size() && text_[used] >= '0' && text_[used] <= '9'; ++used) {
      unit /= 10;
      value += (text_[used] - '0') * unit;
    }
    if (used == 0) return std::nullopt;
    text_.remove_prefix(used);
    return Nanos(value);
  }

 private:
  std::string_view text_;
};

struct TimeOfDay {
  int hour = 0, minute = 0, second = 0;
  Nanos fraction{0};
};

// HH:MM[:SS[.fraction]]
std::optional<TimeOfDay> take_time_of_day(Scanner& scanner) {
  TimeOfDay time;
  const auto hour = scanner.digits(2, 23);
  if (!hour || !scanner.take(':')) return std::nullopt;
  const auto minute = scanner.digits(2, 59);
  if (!minute) return std::nullopt;
  time.hour = *hour;
  time.minute = *minute;
  if (!scanner.take(':')) return time;
  const auto second = scanner.digits(2, 59);
  if (!second) return std::nullopt;
  time.second = *second;
  if (!scanner.take('.')) return time;
  const auto fraction = scanner.fraction();
  if (!fraction) return std::nullopt;
  time.fraction = *fraction;
  return time;
}

// Z, +HH:MM, -HHMM: what is to be subtracted to come to UTC.
std::optional<seconds> take_zone(Scanner& scanner) {
  if (scanner.take('Z')) return seconds(0);
  const bool ahead = scanner.take('+');
  if (!ahead && !scanner.take('-')) return std::nullopt;
  const auto hour = scanner.digits(2, 23);
  scanner.take(':');
  const auto minute = scanner.digits(2, 59);
  if (!hour || !minute) return std::nullopt;
  const seconds offset = hours(*hour) + minutes(*minute);
  return ahead ? offset : -offset;
}

std::optional<WallTime> from_local(std::chrono::year_month_day date, const TimeOfDay& time) {
  tm calendar{};
  calendar.tm_year = int(date.year()) - 1900;
  calendar.tm_mon = int(unsigned(date.month())) - 1;
  calendar.tm_mday = int(unsigned(date.day()));
  calendar.tm_hour = time.hour;
  calendar.tm_min = time.minute;
  calendar.tm_sec = time.second;
  calendar.tm_isdst = -1;
  return wall_time(mktime(&calendar), time.fraction);
}

// YYYY-MM-DD[(T| )time of day[zone]]
std::optional<WallTime> take_date(Scanner& scanner) {
  const auto year = scanner.digits(4, 9999);
  if (!year || !scanner.take('-')) return std::nullopt;
  const auto month = scanner.digits(2, 12);
  if (!month || !scanner.take('-')) return std::nullopt;
  const auto day = scanner.digits(2, 31);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                         std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  if (scanner.at_end()) return from_local(date, {});
  if (!scanner.take('T') && !scanner.take(' ')) return std::nullopt;
  const auto time = take_time_of_day(scanner);
  if (!time) return std::nullopt;
  if (scanner.at_end()) return from_local(date, *time);
  const auto zone = take_zone(scanner);
  if (!zone) return std::nullopt;
  const seconds since_epoch = std::chrono::sys_days(date).time_since_epoch() + hours(time->hour) +
                              minutes(time->minute) + seconds(time->second) - *zone;
  return wall_time(since_epoch.count(), time->fraction);
}

std::optional<WallTime> take_today(Scanner& scanner, WallTime now) {
  const auto time = take_time_of_day(scanner);
  if (!time) return std::nullopt;
  const tm today = local_calendar(now);
  return from_local({std::chrono::year(today.tm_year + 1900), std::chrono::month(today.tm_mon + 1),
                     std::chrono::day(today.tm_mday)},
                    *time);
}

// 90s, 10m, 2h, 1d
std::optional<WallTime> take_age(Scanner& scanner, WallTime now) {
  const auto count = scanner.number();
  if (!count) return std::nullopt;
  const int64_t unit = scanner.take('s')   ? 1
                       : scanner.take('m') ? 60
                       : scanner.take('h') ? 3600
                       : scanner.take('d') ? 86400
                                           : 0;
  scanner.take(std::string_view(" ago"));
  const int64_t present = floor<seconds>(now.time_since_epoch()).count();
  if (unit == 0 || *count > std::numeric_limits<int64_t>::max() / nanos_per_second / unit)
    return std::nullopt;
  return wall_time(present - *count * unit, now.time_since_epoch() - seconds(present));
}

std::optional<WallTime> take_epoch(Scanner& scanner) {
  if (!scanner.take('@')) return std::nullopt;
  const auto count = scanner.number();
  if (!count) return std::nullopt;
  if (!scanner.take('.')) return wall_time(*count, Nanos(0));
  const auto fraction = scanner.fraction();
  return fraction ? wall_time(*count, *fraction) : std::nullopt;
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

Result<WallTime> parse_time(std::string_view text, WallTime now) {
  const auto whole = [text](auto take, auto... more) -> std::optional<WallTime> {
    Scanner scanner(text);
    const auto time = take(scanner, more...);
    return time && scanner.at_end() ? time : std::nullopt;
  };
  if (const auto time = whole(take_date)) return *time;
  if (const auto time = whole(take_today, now)) return *time;
  if (const auto time = whole(take_age, now)) return *time;
  if (const auto time = whole(take_epoch)) return *time;
  return fail(
      "'{}' is not a time; write it like 2026-11-22T10:15:02Z, '2026-11-22 10:15', 10:15, 90s, "
      "10m, 2h, 1d or @1700000000",
      text);
}

std::string format_age(Nanos age) {
  if (age < Nanos(0)) age = Nanos(0);
  if (age < 1min) return fmt::format("{}s", floor<seconds>(age).count());
  if (age < 1h) return fmt::format("{}m", floor<minutes>(age).count());
  return fmt::format("{}h", floor<hours>(age).count());
}

}  // namespace muster
