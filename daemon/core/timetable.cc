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

void Timetable::plan(const std::string& type, const Schedule& schedule, WallTime now) {
  schedules_[type] = schedule;
  if (auto next = schedule.next_after(now))
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
    auto known = schedules_.find(type.name);
    const bool goes_on = known == schedules_.end() && due_.contains(type.name);
    if (goes_on)
      schedules_[type.name] = *type.settings.cron;
    else if (known == schedules_.end() || known->second != *type.settings.cron)
      plan(type.name, *type.settings.cron, now);
  }
}

std::vector<std::string> Timetable::take_due(const Types& types, WallTime now) {
  if (due_.empty()) return {};
  const bool set_back = last_look_ - now > another_time;
  last_look_ = now;
  std::vector<std::string> come;
  const DueTimes before = due_;
  for (auto& [type, time] : before) {
    const Schedule* schedule = schedule_of(types, type);
    if (!schedule) continue;
    if (time <= now) come.push_back(type);
    if (time <= now || set_back) plan(type, *schedule, now);
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
