// See apps.h.
#include "ctl/printers/apps.h"

#include <fmt/format.h>

#include "ctl/printers/json.h"
#include "ctl/printers/text.h"

namespace muster {
namespace {

constexpr const char* app_format = "{:<16}  {:>8}  {:<12}  {}\n";

}  // namespace

std::string apps_table(const std::vector<AppRow>& rows) {
  std::string text = fmt::format(app_format, "App", "Pid", "Processes", "Directory");
  text += fmt::format(app_format, std::string(16, '-'), std::string(8, '-'), std::string(12, '-'),
                      std::string(30, '-'));
  for (auto& [app, status] : rows)
    text += status
                ? fmt::format(app_format, app, status->pid,
                              fmt::format("{} up of {}", status->processes_up, status->processes),
                              terminal_safe(status->directory))
                : fmt::format(app_format, app, "?", "no answer", "?");
  return text;
}

std::string apps_json(const std::vector<AppRow>& rows) {
  Json array = Json::array();
  for (auto& [app, status] : rows) {
    Json object = {{"app", app}, {"pid", nullptr}, {"processes", nullptr}};
    object["processes_up"] = object["directory"] = nullptr;
    if (status)
      object.update({{"pid", status->pid},
                     {"processes", status->processes},
                     {"processes_up", status->processes_up},
                     {"directory", status->directory}});
    array.push_back(std::move(object));
  }
  return text_of(array, 2) + "\n";
}

}  // namespace muster
