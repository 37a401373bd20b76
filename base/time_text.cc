// See time_text.h. Each form is tried on the whole text, so that the order of the forms matters
// only where a text could be two of them: digits alone are seconds since 1970, never a year.
#include "base/time_text.h"

#include <optional>

#include "base/time_clock.h"
#include "base/time_scanner.h"

namespace muster {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::seconds;
using Date = CalendarDate;
using Scanner = TimeScanner;
using Found = FoundTime;

TimeSpan moment(WallTime time) { return {time, time}; }

// sun .. sat, or in full. 7: none of them.
unsigned take_weekday(Scanner& scanner) {
  constexpr const char* names[] = {"sunday",   "monday", "tuesday", "wednesday",
                                   "thursday", "friday", "saturday"};
  for (unsigned day = 0; day < 7; ++day)
    if (scanner.word(std::string_view(names[day]).substr(0, 3)) || scanner.word(names[day])) {
      scanner.take(',');
      scanner.skip_spaces();
      return day;
    }
  return 7;
}

std::optional<unsigned> take_month(Scanner& scanner) {
  constexpr const char* names[] = {"january",   "february", "march",    "april",
                                   "may",       "june",     "july",     "august",
                                   "september", "october",  "november", "december"};
  for (unsigned month = 0; month < 12; ++month)
    if (scanner.word(std::string_view(names[month]).substr(0, 3)) || scanner.word(names[month]))
      return month + 1;
  return std::nullopt;
}

Date date_of(int year, unsigned month, unsigned day) {
  return {std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
}

// 2026-11-29[(T| )clock[ zone]]
Found take_iso(Scanner& scanner, std::optional<Date>& date) {
  const auto year = scanner.digits(4, 4, 9999);
  if (!year || !scanner.take('-')) return std::nullopt;
  const auto month = scanner.digits(2, 2, 12);
  if (!month || !scanner.take('-')) return std::nullopt;
  const auto day = scanner.digits(2, 2, 31);
  if (!day) return std::nullopt;
  date = date_of(*year, unsigned(*month), unsigned(*day));
  if (scanner.at_end()) return at(*date, {}, {});
  scanner.take('t');  // a space has been skipped
  const auto clock = take_clock(scanner);
  const auto zone = clock ? take_zone(scanner) : std::nullopt;
  return zone ? at(*date, *clock, *zone) : std::nullopt;
}

// 29 Nov 2026 10:15:02 +0000
Found take_mail_date(Scanner& scanner, std::optional<Date>& date) {
  const auto day = scanner.digits(1, 2, 31);
  scanner.skip_spaces();
  const auto month = day ? take_month(scanner) : std::nullopt;
  scanner.skip_spaces();
  const auto year = month ? scanner.digits(4, 4, 9999) : std::nullopt;
  if (!year) return std::nullopt;
  date = date_of(*year, *month, unsigned(*day));
  if (scanner.at_end()) return at(*date, {}, {});
  const auto clock = take_clock(scanner);
  const auto zone = clock ? take_zone(scanner) : std::nullopt;
  return zone ? at(*date, *clock, *zone) : std::nullopt;
}

// Nov 29 10:15:02[ UTC][ 2026]
Found take_system_date(Scanner& scanner, WallTime now, std::optional<Date>& date) {
  const auto month = take_month(scanner);
  scanner.skip_spaces();
  const auto day = month ? scanner.digits(1, 2, 31) : std::nullopt;
  if (!day) return std::nullopt;
  scanner.skip_spaces();
  const auto clock = take_clock(scanner);
  const auto zone = clock ? take_zone(scanner) : std::nullopt;
  if (!zone) return std::nullopt;
  scanner.skip_spaces();
  const auto year = scanner.digits(4, 4, 9999);
  date = date_of(year.value_or(int(local_day(now, 0).year())), *month, unsigned(*day));
  return at(*date, *clock, *zone);
}

// today, yesterday, tomorrow, each with a clock or without; a clock alone is today's.
Found take_day(Scanner& scanner, WallTime now) {
  int days_later = 0;
  bool named = true;
  if (scanner.word("yesterday"))
    days_later = -1;
  else if (scanner.word("tomorrow"))
    days_later = 1;
  else
    named = scanner.word("today");
  if (named && scanner.at_end()) return at(local_day(now, days_later), {}, {});
  const auto clock = take_clock(scanner);
  const auto zone = clock ? take_zone(scanner) : std::nullopt;
  if (!zone) return std::nullopt;
  Date day = local_day(now, days_later);
  if (zone->kind == TimeZone::Kind::offset)
    day = floor<days>(std::chrono::sys_time<Nanos>(now.time_since_epoch()) + zone->offset) +
          days(days_later);
  return at(day, *clock, *zone);
}

struct AgeUnit {
  const char* names;  // a space before and after each
  double in_seconds;
};
// Months and years as long as systemd has them.
constexpr AgeUnit age_units[] = {{" ms msec milliseconds ", 1e-3},
                                 {" s sec secs second seconds ", 1},
                                 {" m min mins minute minutes ", 60},
                                 {" h hr hrs hour hours ", 3600},
                                 {" d day days ", 86400},
                                 {" w week weeks ", 604800},
                                 {" month months ", 2629800},
                                 {" y yr year years ", 31557600}};

std::optional<double> take_unit(Scanner& scanner) {
  const auto name = scanner.letters();
  if (name == "M") return 2629800;  // m is a minute
  std::string wanted = " ";
  for (const char c : name) wanted += c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
  wanted += ' ';
  for (const AgeUnit& unit : age_units)
    if (!name.empty() && std::string_view(unit.names).find(wanted) != std::string_view::npos)
      return unit.in_seconds;
  return std::nullopt;
}

// 90s, 1h30m, 1.5h, 2 hours ago, -10m; +10m
Found take_age(Scanner& scanner, WallTime now) {
  const bool later = scanner.take('+');
  const bool has_sign = later || scanner.take('-');
  bool ago = false;
  double total = 0;
  int parts = 0;
  for (; !scanner.at_end() && !ago; ++parts) {
    double count = 1;
    if (!scanner.word("a") && !scanner.word("an")) {
      const auto whole = scanner.number();
      if (!whole) return std::nullopt;
      count = double(*whole);
      if (scanner.take('.')) {
        const auto fraction = scanner.fraction();
        if (!fraction) return std::nullopt;
        count += std::chrono::duration<double>(fraction->value).count();
      }
    }
    scanner.skip_spaces();
    const auto unit = take_unit(scanner);
    if (!unit) return std::nullopt;
    total += count * *unit;
    scanner.take(',');
    scanner.skip_spaces();
    ago = !has_sign && scanner.word("ago");
  }
  constexpr double longest = 9e9;  // seconds, which Nanos can hold
  if (parts == 0 || total > longest) return std::nullopt;
  const auto distance = std::chrono::duration_cast<Nanos>(std::chrono::duration<double>(total));
  const Nanos present = now.time_since_epoch();
  const bool fits = later ? present <= Nanos::max() - distance : present >= Nanos::min() + distance;
  return fits ? Found(moment(WallTime(later ? present + distance : present - distance)))
              : std::nullopt;
}

// Digits alone are taken for seconds from nine on: fewer are more likely something else.
Found take_epoch(Scanner& scanner) {
  constexpr int64_t least = 100'000'000;
  const bool marked = scanner.take('@');
  const bool before = marked && scanner.take('-');
  const auto count = scanner.number();
  if (!count || (!marked && *count < least)) return std::nullopt;
  if (!scanner.take('.')) {
    const auto time = wall_time(before ? -*count : *count, Nanos(0));
    return span_of(time, time, seconds(1));
  }
  const auto fraction = scanner.fraction();
  if (!fraction || before) return std::nullopt;
  const auto time = wall_time(*count, fraction->value);
  return span_of(time, time, fraction->unit);
}

}  // namespace

Result<TimeSpan> parse_time(std::string_view text, WallTime now) {
  const auto whole = [text](auto take) -> Found {
    Scanner scanner(text);
    const Found found = take(scanner);
    return found && scanner.at_end() ? found : std::nullopt;
  };
  // A date may have its weekday before it, which then is to be the right one.
  const auto dated = [&](auto take) {
    return whole([&](Scanner& scanner) -> Found {
      std::optional<Date> date;
      const unsigned weekday = take_weekday(scanner);
      const Found found = take(scanner, date);
      const bool right =
          found && (weekday == 7 || std::chrono::weekday(std::chrono::sys_days(*date)) ==
                                        std::chrono::weekday(weekday));
      return right ? found : std::nullopt;
    });
  };
  if (auto found = whole(
          [&](Scanner& s) -> Found { return s.word("now") ? Found(moment(now)) : std::nullopt; }))
    return *found;
  if (auto found = dated([](Scanner& s, auto& date) { return take_iso(s, date); })) return *found;
  if (auto found = dated([](Scanner& s, auto& date) { return take_mail_date(s, date); }))
    return *found;
  if (auto found = dated([&](Scanner& s, auto& date) { return take_system_date(s, now, date); }))
    return *found;
  if (auto found = whole([&](Scanner& s) { return take_day(s, now); })) return *found;
  if (auto found = whole(take_epoch)) return *found;
  if (auto found = whole([&](Scanner& s) { return take_age(s, now); })) return *found;
  return fail(
      "'{}' is not a time; write it like 2026-11-22T10:15:02Z, '2026-11-22 10:15', 10:15, "
      "yesterday, '2 hours ago', 90s, 1h30m, 1d, 1w or @1700000000",
      text);
}

}  // namespace muster
