// See needs.h.
#include "daemon/config/needs.h"

#include <algorithm>

#include "base/nearest.h"

namespace muster {
namespace {

using Until = Need::Until;
constexpr std::pair<Until, std::string_view> until_names[] = {
    {Until::started, "started"}, {Until::ready, "ready"}, {Until::completed, "completed"}};

std::string unknown(const AppModel& model, const std::string& type) {
  std::vector<std::string_view> names;
  for (auto& each : model.types) names.push_back(each.name);
  std::string text = fmt::format("the Procfile has no type '{}'", type);
  if (auto meant = nearest(type, names)) text += fmt::format(", did you mean '{}'?", *meant);
  return text;
}

// The way from the last one in `path` back to the first one, if there is one.
bool leads_back(const AppModel& model, std::vector<std::string>& path,
                std::vector<std::string>& seen) {
  const ProcessType* last = model.find(path.back());
  if (!last) return false;
  for (auto& need : last->settings.needs) {
    path.push_back(need.type);
    if (need.type == path.front()) return true;
    if (std::find(seen.begin(), seen.end(), need.type) == seen.end()) {
      seen.push_back(need.type);
      if (leads_back(model, path, seen)) return true;
    }
    path.pop_back();
  }
  return false;
}

}  // namespace

std::string_view name_of(Until until) {
  for (auto& [each, name] : until_names)
    if (each == until) return name;
  return "?";
}

Result<Need> parse_need(std::string_view text) {
  const size_t colon = text.find(':');
  Need need{std::string(text.substr(0, colon))};
  if (need.type.empty()) return fail("'{}' names no type", text);
  if (colon == text.npos) return need;
  for (auto& [until, name] : until_names) {
    if (name != text.substr(colon + 1)) continue;
    need.until = until;
    return need;
  }
  return fail(
      "'{}' is not of the form \"TYPE\", \"TYPE:started\", \"TYPE:ready\" or "
      "\"TYPE:completed\"",
      text);
}

std::vector<NeedProblem> settle_needs(AppModel& model) {
  std::vector<NeedProblem> problems;
  for (auto& type : model.types)
    std::erase_if(type.settings.needs, [&](auto& need) {
      if (model.find(need.type)) return false;
      problems.push_back({type.name, unknown(model, need.type)});
      return true;
    });
  for (auto& type : model.types) {
    std::vector<std::string> path{type.name}, seen;
    if (!leads_back(model, path, seen)) continue;
    problems.push_back(
        {type.name, fmt::format("each waits for the next: {}", fmt::join(path, " -> "))});
    type.settings.needs.clear();
  }
  return problems;
}

}  // namespace muster
