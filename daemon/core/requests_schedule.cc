// What is run at its time: a one-off of its type, whose output goes to the log. Never two of a type
// at once, so one that is still running when its time comes again is left alone.
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
  size_t one_offs = 0;
  for (auto& [name, p] : table.all()) {
    one_offs += p.one_off.has_value();
    if (name.type == type.name && p.one_off) not_now.text = texts::still_runs(name.text());
  }
  if (one_offs >= limits::one_offs) not_now.text = texts::no_room(limits::one_offs);
  if (!not_now.text.empty()) return out.publish(std::move(not_now));
  // A process of the formation may have been called so.
  ProcessName name{type.name, ++one_offs_named};
  while (table.all().contains(name)) name.number = ++one_offs_named;
  driver.step(driver.add(std::move(name), task_of(type)), LifeEvent::start);
}

}  // namespace muster
