// Verbs that only ask: ps, status, version.
#include <algorithm>

#include "daemon/core/listing.h"
#include "daemon/core/state.h"
#include "daemon/core/texts.h"
#include "proto/limits.h"
#include "proto/version.h"

namespace muster {
namespace {

// Why a process that should run does not, as far as there is more to say than its state.
std::optional<std::string> note_of(const Process& p, const Driver& driver, MonoTime now,
                                   const std::string& of_files) {
  std::vector<std::string> notes;
  if (p.state == ProcessState::waiting)
    if (auto need = driver.unmet_need(p)) notes.push_back("waits for " + *need);
  if (p.launch && !p.said_status.empty()) notes.push_back(p.said_status);
  if (!p.trouble.empty()) notes.push_back(p.trouble);
  if (!of_files.empty() && !p.one_off) notes.push_back(of_files);
  if (p.state == ProcessState::starting && !p.port_note.empty()) notes.push_back(p.port_note);
  if (p.state == ProcessState::crashed && p.deadline)
    notes.push_back(fmt::format("{} crashes in a row, next launch in {}", p.crashes,
                                format_age(*p.deadline - now)));
  if (p.state == ProcessState::failed)
    notes.push_back(fmt::format("not tried again before ctl start {}", p.name.text()));
  if (notes.empty()) return std::nullopt;
  return listing(notes, "; ");
}

ProcessRow row_of(const Process& p, const Driver& driver, MonoTime now,
                  const std::string& of_files) {
  ProcessRow row;
  row.process = p.name.text();
  row.state = public_name(p.state, p.wish, p.one_off.has_value());
  row.command = p.command;
  row.since = p.since.wall;
  row.age_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now - p.since.mono).count();
  if (p.identity) row.pid = p.identity->pid;
  row.restarts = p.launches > 0 ? p.launches - 1 : 0;
  row.port = driver.port_of(p);
  row.last_exit = p.last_exit;
  row.note = note_of(p, driver, now, of_files);
  if (p.state == ProcessState::crashed || p.state == ProcessState::failed) row.crashes = p.crashes;
  if (p.state == ProcessState::crashed && p.deadline)
    row.next_ms = std::chrono::duration_cast<std::chrono::milliseconds>(*p.deadline - now).count();
  return row;
}

}  // namespace

void Core::State::ask(const Asker& asker, const std::string&, const PsRequest& request) {
  auto chosen = select(table, formation, request.names);
  if (!chosen) return out.answer(asker, chosen.error());
  PsReply reply;
  std::vector<LaunchId> launches;
  reply.processes.reserve(chosen->size());
  const std::string of_files = files_hint();
  for (const Process* p : *chosen) {
    reply.processes.push_back(row_of(*p, driver, out.now().mono, of_files));
    launches.push_back(p->launch.value_or(0));
  }
  // A reply has room for so many rows, and one of a type is no larger than one of a process.
  constexpr size_t most_rows = limits::processes + limits::one_offs;
  for (auto& entry : formation) {
    const std::string& name = entry.first;
    if (reply.processes.size() + reply.types.size() >= most_rows) break;
    const auto means_it = [&](auto& word) { return stands_for(word, name, formation); };
    const bool chosen_too =
        request.names.empty() || std::any_of(request.names.begin(), request.names.end(), means_it);
    const ProcessType* type = types.find(name);
    if (!chosen_too || !type || (!type->settings.cron && !table.of_type(name).empty())) continue;
    const auto due = timetable.due().find(name);
    const bool has_time = type->settings.cron && due != timetable.due().end();
    reply.types.push_back({name, type->command,
                           has_time ? std::optional(due->second) : std::nullopt,
                           stopped_schedules.contains(name)});
  }
  out.add(AnswerPs{asker.client, Reply{asker.request_id, false, std::move(reply)},
                   std::move(launches), request.usage});
}

void Core::State::ask(const Asker& asker, const std::string&, const StatusRequest&) {
  StatusReply reply;
  reply.directory = releases.current().code;
  std::vector<std::string> crashed, failed;
  for (auto& [name, p] : table.all()) {
    if (p.state == ProcessState::complete) continue;  // there is nothing that should run
    reply.processes++;
    if (p.state == ProcessState::up) reply.processes_up++;
    if (p.state == ProcessState::crashed) crashed.push_back(name.text());
    if (p.state == ProcessState::failed) failed.push_back(name.text());
  }
  if (!crashed.empty()) reply.alarms.push_back("keeps crashing: " + listing(crashed));
  if (!failed.empty()) reply.alarms.push_back("has failed: " + listing(failed));
  for (auto& [type, how] : failed_runs)
    reply.alarms.push_back(fmt::format("{} has failed at its time: {}", type, how));
  out.add(AnswerStatus{asker.client, Reply{asker.request_id, false, std::move(reply)}, asker.role});
}

void Core::State::ask(const Asker& asker, const std::string&, const VersionRequest&) {
  out.answer(asker, VersionReply{version, protocol_version});
}

void Core::State::ask(const Asker& asker, const std::string&, const ReplayRequest&) {
  refuse(asker, Refusal::no, "replay: this daemon keeps no journal");
}

}  // namespace muster
