// See schedule.h.
#include "daemon/config/schedule.h"

#include <strings.h>
#include <algorithm>
#include <charconv>
#include <span>
#include <vector>

namespace muster {
namespace {

struct Field {
  std::string_view name;
  unsigned lowest, highest;
  std::span<const std::string_view> names;  // of the values from the lowest on
};

constexpr std::string_view month_names[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                            "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::string_view day_names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
// 7 is Sunday, too.
constexpr Field fields[] = {{"minute", 0, 59, {}},
                            {"hour", 0, 23, {}},
                            {"day of the month", 1, 31, {}},
                            {"month", 1, 12, month_names},
                            {"day of the week", 0, 7, day_names}};

constexpr std::pair<std::string_view, std::string_view> nicknames[] = {
    {"@hourly", "0 * * * *"},  {"@daily", "0 0 * * *"},   {"@midnight", "0 0 * * *"},
    {"@weekly", "0 0 * * 0"},  {"@monthly", "0 0 1 * *"}, {"@yearly", "0 0 1 1 *"},
    {"@annually", "0 0 1 1 *"}};

constexpr const char* example = "\"*/5 * * * *\" or \"@daily\"";

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of(separators), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

std::optional<unsigned> value_of(std::string_view text, const Field& field) {
  for (size_t i = 0; i < field.names.size(); i++)
    if (text.size() == field.names[i].size() &&
        strncasecmp(text.data(), field.names[i].data(), text.size()) == 0)
      return field.lowest + static_cast<unsigned>(i);
  const auto value = number(text);
  return value && *value >= field.lowest && *value <= field.highest ? value : std::nullopt;
}

// "*", "5", "1-5", each perhaps with "/2"; 0 if it is none of these.
uint64_t bits_of(std::string_view part, const Field& field) {
  const size_t slash = part.find('/');
  const bool has_step = slash != part.npos;
  const auto step = has_step ? number(part.substr(slash + 1)) : 1u;
  const std::string_view range = part.substr(0, slash);
  const size_t dash = range.find('-');
  auto first = value_of(range.substr(0, dash), field);
  auto last = dash == range.npos ? first : value_of(range.substr(dash + 1), field);
  if (range == "*") first = field.lowest, last = field.highest;
  if (first && has_step && dash == range.npos) last = field.highest;
  if (!step || *step == 0 || !first || !last || *first > *last) return 0;
  uint64_t bits = 0;
  for (unsigned value = *first; value <= *last; value += *step) bits |= uint64_t{1} << value;
  return bits;
}

Result<uint64_t> parse_field(std::string_view text, const Field& field) {
  uint64_t bits = 0;
  for (auto part : split(text, ",")) {
    const uint64_t more = bits_of(part, field);
    if (more == 0)
      return fail("'{}' is no {} ({} to {})", part, field.name, field.lowest, field.highest);
    bits |= more;
  }
  return bits;
}

bool has(uint64_t bits, int value) { return (bits >> value & 1) != 0; }

}  // namespace

Result<Schedule> Schedule::parse(std::string_view text) {
  Schedule schedule;
  const std::string_view written = text;
  for (auto& [nickname, meaning] : nicknames)
    if (text == nickname) text = meaning;
  std::vector<std::string_view> words = split(text, " \t");
  std::erase(words, "");
  if (words.size() != std::size(fields))
    return fail("'{}' has not the five fields of a crontab, as {} has", written, example);
  uint64_t* const places[] = {&schedule.minutes_, &schedule.hours_, &schedule.days_,
                              &schedule.months_, &schedule.weekdays_};
  for (size_t i = 0; i < std::size(fields); i++) {
    auto bits = parse_field(words[i], fields[i]);
    if (!bits) return tl::unexpected(bits.error());
    *places[i] = *bits;
  }
  if (has(schedule.weekdays_, 7)) schedule.weekdays_ |= 1;
  schedule.any_day_ = words[2].front() == '*';
  schedule.any_weekday_ = words[4].front() == '*';
  if (!schedule.next_after(WallTime{})) return fail("'{}' is a time that never comes", written);
  return schedule;
}

bool Schedule::is_day(const LocalMinute& time) const {
  const bool day = has(days_, time.day), weekday = has(weekdays_, time.weekday);
  const bool either = !any_day_ && !any_weekday_;
  return has(months_, time.month) && (either ? day || weekday : day && weekday);
}

// By looking: a day that does not match is passed in three steps, an hour in one. The zone may
// change its offset at any of them.
std::optional<WallTime> Schedule::next_after(WallTime moment) const {
  using std::chrono::hours;
  using std::chrono::minutes;
  constexpr int late = 22;  // from here on no step can get beyond the next day's first hour
  constexpr auto longest = hours(24) * 366 * 9;  // from one leap day to another
  const WallTime first = std::chrono::floor<minutes>(moment) + minutes(1);
  for (WallTime time = first; time < first + longest;) {
    const LocalMinute local = local_minute(time);
    if (!is_day(local))
      time += local.hour < late ? minutes(60 * (late - local.hour)) : minutes(60 - local.minute);
    else if (!has(hours_, local.hour))
      time += minutes(60 - local.minute);
    else if (!has(minutes_, local.minute))
      time += minutes(1);
    else
      return time;
  }
  return {};
}

}  // namespace muster
