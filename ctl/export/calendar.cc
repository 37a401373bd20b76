// See calendar.h.
#include "ctl/export/calendar.h"

#include <fmt/format.h>
#include <algorithm>
#include <bitset>
#include <charconv>
#include <optional>
#include <span>

namespace muster {
namespace {

constexpr std::string_view month_names[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                            "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::string_view day_names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::string_view calendar_days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

struct CronName {
  std::string_view name, fields;
};
constexpr CronName cron_names[] = {{"@hourly", "0 * * * *"},   {"@daily", "0 0 * * *"},
                                   {"@midnight", "0 0 * * *"}, {"@weekly", "0 0 * * 0"},
                                   {"@monthly", "0 0 1 * *"},  {"@yearly", "0 0 1 1 *"},
                                   {"@annually", "0 0 1 1 *"}};

struct CronField {
  int least, most;
  std::span<const std::string_view> names;
  int first_name;
};

std::string in_small(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::optional<int> value_in(std::string_view text, const CronField& field) {
  const std::string small = in_small(text);
  for (size_t i = 0; i < field.names.size(); i++)
    if (field.names[i] == small) return static_cast<int>(i) + field.first_name;
  int value = 0;
  const auto [rest, error] = std::from_chars(small.data(), small.data() + small.size(), value);
  if (error != std::errc() || rest != small.data() + small.size()) return {};
  return value;
}

// The values of "*/5,10-20/2"; nothing where it is no field.
std::optional<std::bitset<64>> values_in(std::string_view text, const CronField& field) {
  std::bitset<64> values;
  while (!text.empty()) {
    std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    int step = 1, from = field.least, to = field.most;
    const size_t slash = part.find('/');
    if (slash != part.npos) {
      const auto given = value_in(part.substr(slash + 1), {1, field.most, {}, 0});
      if (!given || *given < 1) return {};
      step = *given;
      part = part.substr(0, slash);
    }
    if (part != "*") {
      const size_t dash = part.find('-');
      const auto first = value_in(part.substr(0, dash), field);
      const auto last = dash == part.npos ? first : value_in(part.substr(dash + 1), field);
      if (!first || !last) return {};
      from = *first;
      to = dash == part.npos && slash != std::string_view::npos ? field.most : *last;
    }
    if (from < field.least || to > field.most || from > to) return {};
    for (int i = from; i <= to; i += step) values.set(static_cast<size_t>(i));
  }
  return values;
}

std::string list_of(const std::bitset<64>& values, const CronField& field, const char* format) {
  std::string list;
  bool is_all = true;
  for (int i = field.least; i <= field.most; i++) {
    if (!values[static_cast<size_t>(i)]) is_all = false;
    if (values[static_cast<size_t>(i)])
      list += (list.empty() ? "" : ",") + fmt::format(fmt::runtime(format), i);
  }
  return is_all ? "*" : list;
}

}  // namespace

std::vector<std::string> calendar_of(std::string_view cron) {
  for (auto& row : cron_names)
    if (row.name == in_small(cron)) cron = row.fields;
  std::vector<std::string_view> fields;
  while (!cron.empty()) {
    const size_t end = std::min(cron.find_first_of(" \t"), cron.size());
    if (end > 0) fields.push_back(cron.substr(0, end));
    cron.remove_prefix(std::min(end + 1, cron.size()));
  }
  constexpr CronField minute{0, 59, {}, 0}, hour{0, 23, {}, 0}, day{1, 31, {}, 0},
      month{1, 12, month_names, 1}, weekday{0, 7, day_names, 0};
  if (fields.size() != 5) return {};
  const auto minutes = values_in(fields[0], minute), hours = values_in(fields[1], hour),
             days = values_in(fields[2], day), months = values_in(fields[3], month);
  auto weekdays = values_in(fields[4], weekday);
  if (!minutes || !hours || !days || !months || !weekdays) return {};
  if ((*weekdays)[7]) weekdays->set(0);
  std::string names;
  for (size_t i = 0; i < std::size(calendar_days); i++)
    if ((*weekdays)[i]) names += (names.empty() ? "" : ",") + std::string(calendar_days[i]);
  const std::string time =
      fmt::format("{}:{}:00", list_of(*hours, hour, "{:02}"), list_of(*minutes, minute, "{:02}"));
  const std::string of_month = list_of(*months, month, "{:02}");
  const bool any_day = fields[2].starts_with('*'), any_weekday = fields[4].starts_with('*');
  const std::string day_list = list_of(*days, day, "{:02}");
  const std::string weekday_part = any_weekday && weekdays->count() >= 7 ? "" : names + ' ';
  const auto at = [&](const std::string& week, const std::string& of_days) {
    return fmt::format("{}*-{}-{} {}", week, of_month, of_days, time);
  };
  if (any_day || any_weekday) return {at(weekday_part, day_list)};
  return {at("", day_list), at(names + ' ', "*")};
}

}  // namespace muster
