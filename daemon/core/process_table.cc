// See process_table.h.
#include "daemon/core/process_table.h"

#include "base/check.h"

namespace muster {

OneOff task_of(const ProcessType& type) {
  OneOff task;
  task.type = type.name;
  task.command = type.command;
  task.isolated = type.settings.surroundings.isolate.value_or(false);
  if (auto& most = type.settings.watching.max_age) task.limits.timeout = most->length;
  return task;
}

Process& ProcessTable::add(ProcessName name) {
  auto [it, added] = processes_.try_emplace(name);
  CHECK(added, "{} is there already", name.text());
  it->second.name = std::move(name);
  return change(it->second);
}

void ProcessTable::erase(Process& process) {
  CHECK(!process.launch, "{} is alive", process.name.text());
  set_deadline(process, std::nullopt);
  if (process.one_off && process.one_off->attached) {
    auto& attached = *process.one_off->attached;
    exchanges_.erase(Exchange(attached.client, attached.request_id));
  }
  const ProcessName name = process.name;  // a copy: the process goes with its map entry
  processes_.erase(name);
  changed_.insert(name);
}

Process* ProcessTable::find(const ProcessName& name) {
  auto it = processes_.find(name);
  return it == processes_.end() ? nullptr : &change(it->second);
}

Process* ProcessTable::of_launch(LaunchId launch) {
  auto it = by_launch_.find(launch);
  return it == by_launch_.end() ? nullptr : change(it->second);
}

Process* ProcessTable::of_exchange(const ClientId& client, uint64_t request_id) {
  auto it = exchanges_.find(Exchange(client, request_id));
  return it == exchanges_.end() ? nullptr : change(it->second);
}

std::vector<Process*> ProcessTable::of_type(const std::string& type) {
  std::vector<Process*> found;
  for (auto it = processes_.lower_bound(ProcessName{type, 0});
       it != processes_.end() && it->first.type == type; ++it)
    found.push_back(&change(it->second));
  return found;
}

std::vector<Process*> ProcessTable::everything() {
  std::vector<Process*> found;
  for (auto& [name, process] : processes_) found.push_back(&change(process));
  return found;
}

std::vector<Process*> ProcessTable::attached_to(const ClientId& client) {
  std::vector<Process*> found;
  for (auto it = exchanges_.lower_bound(Exchange(client, 0));
       it != exchanges_.end() && it->first.first == client; ++it)
    found.push_back(change(it->second));
  return found;
}

void ProcessTable::set_launch(Process& process, LaunchId launch) {
  CHECK(!process.launch, "{} is alive", process.name.text());
  process.launch = launch;
  process.progress = LaunchProgress::asked;
  by_launch_.emplace(launch, &process);
}

void ProcessTable::clear_launch(Process& process) {
  CHECK(process.launch, "{} is not alive", process.name.text());
  by_launch_.erase(*process.launch);
  process.launch.reset();
  process.identity.reset();
}

void ProcessTable::set_exchange(Process& process, const Asker& asker) {
  exchanges_.emplace(Exchange(asker.client, asker.request_id), &process);
}

void ProcessTable::set_deadline(Process& process, std::optional<MonoTime> when) {
  if (process.deadline) deadlines_.erase({*process.deadline, process.name});
  process.deadline = when;
  if (when) deadlines_.insert({*when, process.name});
}

std::optional<MonoTime> ProcessTable::next_deadline() const {
  if (deadlines_.empty()) return std::nullopt;
  return deadlines_.begin()->first;
}

Process* ProcessTable::pop_due(MonoTime now) {
  if (deadlines_.empty() || deadlines_.begin()->first > now) return nullptr;
  Process& process = change(processes_.at(deadlines_.begin()->second));
  set_deadline(process, std::nullopt);
  return &process;
}

}  // namespace muster
