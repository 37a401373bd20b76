// See releases.h.
#include "ctl/printers/releases.h"

#include <fmt/format.h>
#include <chrono>

#include "base/json.h"
#include "ctl/printers/text.h"

namespace muster {
namespace {

constexpr const char* release_format = "{:<4}  {:<30}  {:<20}  {}\n";
constexpr size_t longest_change = 30, longest_by = 20;

std::string ago(int64_t n, std::string_view unit) {
  return fmt::format("{} {}{} ago", n, unit, n == 1 ? "" : "s");
}

std::string when(WallTime time, WallTime now) {
  using namespace std::chrono;
  const Nanos age = std::max(now - time, Nanos(0));
  if (age >= 24h) return format_utc(time);
  if (age >= 1h) return ago(duration_cast<hours>(age).count(), "hour");
  if (age >= 1min) return ago(duration_cast<minutes>(age).count(), "minute");
  return ago(duration_cast<seconds>(age).count(), "second");
}

std::string version_text(const ReleaseRow& row) { return fmt::format("v{}", row.version); }

}  // namespace

std::string releases_table(const std::vector<ReleaseRow>& rows, WallTime now) {
  std::string text = fmt::format(release_format, "Rel", "Change", "By", "When");
  text += fmt::format(release_format, std::string(4, '-'), std::string(30, '-'),
                      std::string(20, '-'), std::string(25, '-'));
  for (auto& row : rows) {
    const std::string state = row.state == "gone" ? "code is gone" : row.state;
    const std::string change = row.change + (state.empty() ? "" : " (" + state + ")");
    text += fmt::format(release_format, version_text(row),
                        cut_to(terminal_safe(change), longest_change),
                        cut_to(terminal_safe(row.by), longest_by), when(row.time, now));
  }
  return text;
}

std::string releases_json(const std::vector<ReleaseRow>& rows) {
  Json array = Json::array();
  for (auto& row : rows) {
    Json object = {{"release", version_text(row)}, {"version", row.version}};
    object["change"] = row.change;
    object["by"] = row.by;
    object["time"] = format_utc(row.time);
    object["code"] = row.code.empty() ? Json(nullptr) : Json(row.code);
    object["state"] = row.state.empty() ? Json(nullptr) : Json(row.state);
    object["failure"] = row.failure.empty() ? Json(nullptr) : Json(row.failure);
    array.push_back(std::move(object));
  }
  return text_of(array, 2) + "\n";
}

}  // namespace muster
