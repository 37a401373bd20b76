// See checker.h. Here: who may be launched, and who may still be alive at the end, by what types
// need; and who may be attached to.
#include "checker.h"

#include "daemon/core/texts.h"

namespace muster::sim {

// By what was published last of those that it needs.
bool Checker::has_what_it_needs(const ProcessName& process) const {
  const ProcessType* type = model_.find(process.type);
  if (!type) return true;
  for (auto& need : type->settings.needs) {
    const auto needed = places({need.type});
    if (needed.empty()) return false;
    for (auto& place : needed) {
      auto it = states_.find(place.text());
      const std::string state = it == states_.end() ? "down" : it->second;
      const bool serves = state == "complete" ||
                          (state == "up" && need.until != Need::Until::completed) ||
                          (state == "starting" && need.until == Need::Until::started);
      if (!serves) return false;
    }
  }
  return true;
}

// Somebody who needs it is still alive.
bool Checker::is_needed_to_the_end(const ProcessName& process) const {
  if (!ending_) return false;
  for (auto& [id, tree] : world_.trees()) {
    const ProcessType* type = model_.find(tree.name.type);
    if (!type || launches_.at(id).over) continue;
    for (auto& need : type->settings.needs)
      if (need.type == process.type) return true;
  }
  return false;
}

// The app ends with a process, and only with one of the type that it is to end with.
bool Checker::announces_end(const Event& event, const std::vector<Action>& actions) const {
  for (auto& action : actions) {
    auto* said = std::get_if<Publish>(&action);
    if (!said || !said->event.text.ends_with(texts::app_ends)) continue;
    LaunchId launch = 0;
    if (auto* it = std::get_if<Exited>(&event)) launch = it->launch;
    if (auto* it = std::get_if<LaunchFailed>(&event)) launch = it->launch;
    const bool is_of_type = launches_.contains(launch) && options_.exit_on &&
                            said->event.text.starts_with(*options_.exit_on + '.');
    if (ending_ || !is_of_type) throw Violation("it ends without a process to end with");
    return true;
  }
  return false;
}

// Its time may have just come.
bool Checker::may_be_restarted(const ProcessName& process) const {
  const ProcessType* type = model_.find(process.type);
  return type && type->settings.watching.max_age;
}

std::set<ProcessName> Checker::places(const std::vector<std::string>& words) const {
  std::set<ProcessName> chosen;
  for (auto& [type, count] : formation_)
    for (uint32_t number = 1; number <= count; number++) {
      const ProcessName place{type, number};
      bool named = words.empty();
      for (auto& word : words) named = named || word == type || word == place.text();
      if (named) chosen.insert(place);
    }
  return chosen;
}

// The edge answers for the core.
void Checker::see(const Attach& attach) {
  expect_known(attach.launch, "Attach");
  see(attach.to.client, Reply{attach.to.request_id, false, DoneReply{}});
}

}  // namespace muster::sim
