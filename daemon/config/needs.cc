// See needs.h.
#include "daemon/config/needs.h"

#include <fmt/format.h>
#include <algorithm>
#include <map>
#include <optional>
#include <set>

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

// Says why a need can never be met, though the type is there. It is nothing if it can.
std::string_view hopeless(const ProcessType& needed, Until until) {
  if (needed.name == release_type)
    return "is run before a release and is never in the formation: this would wait for ever";
  if (needed.settings.cron)
    return "is run by its cron and is never in the formation: this would wait for ever";
  if (until == Until::completed && needed.settings.restarting.when == Restart::always)
    return "is started again whenever it ends and never completes: it needs restart = "
           "\"on-failure\" or \"never\"";
  return {};
}

// Finds circles, each once, in the order of the types. Types are numbers here, and the way that is
// gone is a list, because there may be thousands of them one behind the other.
class Circles {
 public:
  explicit Circles(const AppModel& model) : model_(model), ended_(model.types.size()) {
    for (size_t i = 0; i < model.types.size(); i++) index_.emplace(model.types[i].name, i);
  }

  // The types of the next one, the first of them in the file first and last. It is left out from
  // then on.
  std::optional<std::vector<std::string>> next() {
    for (; first_ < ended_.size(); first_++)
      if (auto circle = go_from(first_)) return circle;
    return std::nullopt;
  }

 private:
  struct Step {
    size_t type;
    size_t next_need = 0;
  };

  std::optional<std::vector<std::string>> go_from(size_t first) {
    std::vector<Step> way;
    std::set<size_t> on_the_way;
    const auto enter = [&](size_t type) {
      way.push_back({type});
      on_the_way.insert(type);
    };
    if (!ended_[first]) enter(first);
    while (!way.empty()) {
      Step& last = way.back();
      const auto& needs = model_.types[last.type].settings.needs;
      if (ended_[last.type] || last.next_need == needs.size()) {
        ended_[last.type] = true;
        on_the_way.erase(last.type);
        way.pop_back();
        continue;
      }
      const size_t needed = index_.at(needs[last.next_need++].type);
      if (on_the_way.contains(needed)) return circle_of(way, needed);
      if (!ended_[needed]) enter(needed);
    }
    return std::nullopt;
  }

  std::vector<std::string> circle_of(const std::vector<Step>& way, size_t back_to) {
    std::vector<size_t> circle;
    for (auto& step : way)
      if (!circle.empty() || step.type == back_to) circle.push_back(step.type);
    std::rotate(circle.begin(), std::min_element(circle.begin(), circle.end()), circle.end());
    ended_[circle.front()] = true;
    circle.push_back(circle.front());
    std::vector<std::string> names;
    names.reserve(circle.size());
    for (size_t type : circle) names.push_back(model_.types[type].name);
    return names;
  }

  const AppModel& model_;
  std::map<std::string, size_t, std::less<>> index_;
  std::vector<bool> ended_;  // nothing leads back from here
  size_t first_ = 0;
};

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
  std::map<std::string_view, ProcessType*> types;
  for (auto& type : model.types) types.emplace(type.name, &type);
  std::vector<NeedProblem> problems;
  for (auto& type : model.types)
    std::erase_if(type.settings.needs, [&](auto& need) {
      const auto found = types.find(need.type);
      const std::string_view why = found == types.end() ? "" : hopeless(*found->second, need.until);
      if (found != types.end() && why.empty()) return false;
      if (problems.size() <= most_complaints)
        problems.push_back(
            {type.name, need.type,
             why.empty() ? unknown(model, need.type) : fmt::format("{} {}", need.type, why)});
      return true;
    });
  Circles circles(model);
  while (auto circle = circles.next()) {
    types.at(circle->front())->settings.needs.clear();
    problems.push_back({circle->front(), (*circle)[1],
                        fmt::format("each waits for the next: {}", fmt::join(*circle, " -> "))});
  }
  return problems;
}

}  // namespace muster
