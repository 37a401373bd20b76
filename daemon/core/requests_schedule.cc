// The runs of a type at its times: a one-off of its type, whose output goes to the log. There are
// never two of a type at once, whichever side asked for the other one, so while it still runs its
// time passes. How it ended is known until the next one has ended well. `stop` keeps a type from
// being run, until `start`.
#include <algorithm>

#include "daemon/core/state.h"
#include "daemon/core/texts.h"
#include "proto/limits.h"

namespace muster {

void Core::State::launch_what_is_due() {
  for (auto& name : timetable.take_due(out.now().wall))
    if (const ProcessType* type = types.find(name)) launch_scheduled(*type);
}

void Core::State::launch_scheduled(const ProcessType& type) {
  EventRecord not_now;
  not_now.kind = RecordKind::notice;
  not_now.process = type.name;
  const auto everything = table.everything();
  const auto one_offs = std::count_if(everything.begin(), everything.end(),
                                      [](const Process* p) { return p->one_off.has_value(); });
  if (const Process* p = running_task(type)) not_now.text = texts::still_runs(p->name.text());
  if (one_offs >= limits::one_offs) not_now.text = texts::no_room(limits::one_offs);
  if (stopped_schedules.contains(type.name)) not_now.text = texts::stopped_by_hand(type.name);
  if (!not_now.text.empty()) return out.publish(std::move(not_now));
  // A process of the formation may have been called so.
  ProcessName name{type.name, ++one_offs_named};
  while (table.all().contains(name)) name.number = ++one_offs_named;
  driver.step(driver.add(std::move(name), task_of(type)), LifeEvent::start);
}

// A one-off that does what the type does: not a shell in the midst of one.
const Process* Core::State::running_task(const ProcessType& type) {
  for (const Process* p : table.everything())
    if (p->one_off && p->one_off->type == type.name && !p->one_off->inside) return p;
  return nullptr;
}

// Why a command that is called like the type is not run now.
std::optional<std::string> Core::State::why_not_beside(const ProcessType& type) {
  const bool is_one_at_a_time = type.settings.cron || is_singleton(type);
  const Process* other = is_one_at_a_time ? running_task(type) : nullptr;
  for (const Process* p : table.of_type(type.name))
    if (is_one_at_a_time && p->launch) other = p;
  if (!other) return {};
  return texts::one_at_a_time(type.name, other->name.text());
}

void Core::State::judge_run(const Driver::Ended& one) {
  const ProcessType* type = types.find(one.type);
  if (!type || !type->settings.cron || one.was_told) return;
  const auto& success = type->settings.restarting.success;
  const bool ended_well = one.trouble.empty() && one.status &&
                          std::find(success.begin(), success.end(), *one.status) != success.end();
  if (ended_well) {
    failed_runs.erase(one.type);
    return;
  }
  if (one.name.type != one.type) return;  // who asked for it is told
  const std::string how = texts::how_it_ended(one.status, one.trouble);
  failed_runs[one.type] = one.name.text() + ' ' + how;
  EventRecord failed;
  failed.kind = RecordKind::error;
  failed.process = one.name.text();
  failed.code = "cron";
  failed.text = texts::run_failed(how);
  out.publish(std::move(failed));
  driver.add_crash({one.name.text(), one.type, type->command, {}, one.status, how, 1, {}});
}

void Core::State::forget_what_has_no_schedule() {
  const auto has_none = [this](const std::string& name) {
    const ProcessType* type = types.find(name);
    return !type || !type->settings.cron;
  };
  std::erase_if(stopped_schedules, has_none);
  std::erase_if(failed_runs, [&](auto& entry) { return has_none(entry.first); });
}

void Core::State::stop_schedules(const std::vector<std::string>& words, bool stop) {
  for (auto& type : types.model().types) {
    const auto means_it = [&](auto& word) { return stands_for(word, type.name, formation); };
    if (!type.settings.cron || std::none_of(words.begin(), words.end(), means_it)) continue;
    if (stop)
      stopped_schedules.insert(type.name);
    else
      stopped_schedules.erase(type.name);
  }
}

}  // namespace muster
