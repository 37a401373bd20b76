// See apps.h.
#include "ctl/printers/apps.h"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <string_view>

#include "base/json.h"
#include "ctl/printers/text.h"

namespace muster {
namespace {

constexpr const char* app_format = "{:<16}  {:>8}  {:<12}  {}\n";
constexpr const char* user_format = "{:<12}  ";

// By number.
constexpr std::array<std::string_view, 3> state_names{"running", "no answer", "stopped"};

std::string_view name_of(AppState state) { return state_names.at(static_cast<size_t>(state)); }

}  // namespace

std::string apps_table(const std::vector<AppRow>& rows) {
  const bool has_users = std::any_of(rows.begin(), rows.end(),
                                     [&](auto& row) { return row.user != rows.front().user; });
  const auto line = [&](std::string_view user, const auto&... columns) {
    return (has_users ? fmt::format(user_format, user) : "") + fmt::format(app_format, columns...);
  };
  std::string text = line("User", "App", "Pid", "Processes", "Directory");
  text += line(std::string(12, '-'), std::string(16, '-'), std::string(8, '-'),
               std::string(12, '-'), std::string(30, '-'));
  for (auto& row : rows) {
    const std::string directory = row.directory.empty() ? "?" : terminal_safe(row.directory);
    if (row.status)
      text += line(row.user, row.app, std::to_string(row.status->pid),
                   fmt::format("{} up of {}", row.status->processes_up, row.status->processes),
                   directory);
    else
      text += line(row.user, row.app, row.state == AppState::stopped ? "" : "?", name_of(row.state),
                   directory);
  }
  return text;
}

std::string apps_json(const std::vector<AppRow>& rows) {
  Json array = Json::array();
  for (auto& row : rows) {
    Json object = {{"app", row.app}, {"user", row.user}, {"state", name_of(row.state)}};
    object["pid"] = object["processes"] = object["processes_up"] = object["directory"] = nullptr;
    if (!row.directory.empty()) object["directory"] = row.directory;
    if (row.status)
      object.update({{"pid", row.status->pid},
                     {"processes", row.status->processes},
                     {"processes_up", row.status->processes_up}});
    array.push_back(std::move(object));
  }
  return text_of(array, 2) + "\n";
}

std::vector<AppRow> apps_of_json(const std::string& text) {
  std::vector<AppRow> rows;
  const Json array = Json::parse(text, nullptr, false);
  if (!array.is_array()) return rows;
  for (auto& object : array) {
    AppRow& row = rows.emplace_back();
    row.app = object.value("app", "");
    row.user = object.value("user", "");
    if (object["directory"].is_string()) row.directory = object["directory"];
    const auto* name = std::find(state_names.begin(), state_names.end(), object.value("state", ""));
    if (name != state_names.end()) row.state = static_cast<AppState>(name - state_names.begin());
    if (!object["pid"].is_number()) continue;
    row.status.emplace();
    row.status->pid = object["pid"];
    row.status->processes = object["processes"];
    row.status->processes_up = object["processes_up"];
  }
  return rows;
}

}  // namespace muster
