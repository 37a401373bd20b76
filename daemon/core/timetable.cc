// See timetable.h.
#include "daemon/core/timetable.h"

#include <algorithm>

namespace muster {
namespace {

constexpr Nanos longest_wait = 1min;
// A clock that is set back by less is only put right: what has been done is not done again.
constexpr Nanos another_time = 1h;

const Schedule* schedule_of(const Types& types, const std::string& name) {
  const ProcessType* type = types.find(name);
  return type && type->settings.cron ? &*type->settings.cron : nullptr;
}

}  // namespace

void Timetable::plan(const std::string& type, WallTime now) {
  if (auto next = schedules_.at(type).next_after(now))
    due_[type] = *next;
  else
    due_.erase(type);
}

void Timetable::follow(const Types& types, WallTime now) {
  last_look_ = now;
  std::erase_if(due_, [&](auto& entry) { return !schedule_of(types, entry.first); });
  std::erase_if(schedules_, [&](auto& entry) { return !schedule_of(types, entry.first); });
  for (auto& type : types.model().types) {
    if (!type.settings.cron) continue;
    auto [known, is_new] = schedules_.try_emplace(type.name, *type.settings.cron);
    const bool is_other = known->second != *type.settings.cron;
    known->second = *type.settings.cron;
    if (is_other || (is_new && !due_.contains(type.name))) plan(type.name, now);
  }
}

std::vector<std::string> Timetable::take_due(WallTime now) {
  const bool set_back = last_look_ - now > another_time;
  last_look_ = now;
  std::vector<std::string> come;
  for (auto& [type, schedule] : schedules_) {
    const auto due = due_.find(type);
    const bool has_come = due != due_.end() && due->second <= now;
    if (has_come) come.push_back(type);
    if (has_come || set_back) plan(type, now);
  }
  return come;
}

std::optional<MonoTime> Timetable::next_look(Now now) const {
  if (due_.empty()) return {};
  WallTime first = WallTime::max();
  for (auto& [type, time] : due_) first = std::min(first, time);
  return now.mono + std::clamp<Nanos>(first - now.wall, Nanos(0), longest_wait);
}

}  // namespace muster
