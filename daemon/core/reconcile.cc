// See reconcile.h.
#include "daemon/core/reconcile.h"

#include <algorithm>
#include <map>
#include <set>

#include "daemon/config/formation.h"

namespace muster {
namespace {

const ProcessType* type_of(const AppModel& model, const std::string& name) {
  for (auto& type : model.types)
    if (type.name == name) return &type;
  return nullptr;
}

// Types that are run by themselves are in no formation.
bool is_one_off(const ProcessName& process, const ProcessType* type) {
  return type ? scalability(*type).most == 0 : process.type == one_off_type;
}

ProcessNote note_of(const Living& living, const AppModel& model, Now now) {
  const ProcessType* type = type_of(model, living.process.type);
  ProcessNote note;
  note.name = living.process;
  note.state = ProcessState::up;
  note.wish = Wish::run;
  note.command = type ? type->command : living.command;
  note.launch = living.launch;
  note.progress = LaunchProgress::running;
  note.identity = living.identity;
  note.since = now;
  note.launches = 1;
  if (type) {
    note.stopping = type->settings.stopping;
    note.isolated = type->settings.surroundings.isolate.value_or(false);
  }
  if (is_one_off(living.process, type)) {
    note.one_off.emplace();
    note.one_off->type = type ? type->name : "";
    note.one_off->command = note.command;
    note.one_off->isolated =
        type ? note.isolated : model.one_offs.surroundings.isolate.value_or(false);
    note.one_off->attached = living.has_client;
  } else if (!type || !type->settings.listen) {
    note.port = living.port;
  }
  return note;
}

// The note about this process is of an earlier launch, or of one that never came to be.
ProcessNote with_launch_of(ProcessNote note, const ProcessNote& found) {
  note.state = found.state;
  note.wish = found.wish;
  note.launch = found.launch;
  note.progress = found.progress;
  note.identity = found.identity;
  note.since = found.since;
  note.deadline.reset();
  note.readiness.reset();
  note.turn = Turn::none;
  note.port = found.port;
  if (!note.one_off) note.one_off = found.one_off;
  return note;
}

}  // namespace

Reconciled reconcile(Memory memory, const FormationCounts& formation, std::vector<Living> living,
                     const AppModel& model, Now now) {
  Reconciled result;
  if (memory.processes.empty() && memory.daemon.formation.empty())
    memory.daemon.formation = formation;
  std::set<LaunchId> known, alive;
  for (auto& [name, note] : memory.processes)
    if (note.launch) known.insert(*note.launch);
  for (auto& one : living) alive.insert(one.launch);
  // The later launch of two with one name is the one that was meant.
  std::sort(living.begin(), living.end(), [](auto& a, auto& b) { return a.launch > b.launch; });
  std::set<LaunchId> taken;
  for (auto& one : living) {
    memory.daemon.next_launch = std::max(memory.daemon.next_launch, one.launch + 1);
    if (known.contains(one.launch) && taken.insert(one.launch).second) continue;
    const ProcessNote found = note_of(one, model, now);
    auto note = memory.processes.find(one.process);
    const bool is_there = note != memory.processes.end();
    const bool beside = is_there && note->second.launch && alive.contains(*note->second.launch);
    if (beside || !taken.insert(one.launch).second) {
      result.to_end.push_back(std::move(one));
      continue;
    }
    memory.processes[one.process] = is_there ? with_launch_of(note->second, found) : found;
    if (found.one_off)
      memory.daemon.one_offs_named = std::max(memory.daemon.one_offs_named, one.process.number);
    result.adopted.push_back(std::move(one));
  }
  result.memory = std::move(memory);
  return result;
}

std::string adopted_text(const Living& living) {
  return fmt::format(
      "Found {} running with pid {}, of which nothing was remembered; it is looked "
      "after from now on",
      living.process.text(), living.identity.pid);
}

std::string second_copy_text(const Living& living) {
  return fmt::format("Ending a second copy of {} with pid {}, of which nothing was remembered",
                     living.process.text(), living.identity.pid);
}

}  // namespace muster
