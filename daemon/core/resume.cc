// Notes of what the core knows, and the way back: a core that goes on where another one stopped.
// Decisions are not made again; whether they were carried out is found out by the edges, which are
// handed every launch once more, marked as resumed.
#include <csignal>

#include "daemon/core/note.h"
#include "daemon/core/state.h"

namespace muster {
namespace {

ProcessNote note_of(const Process& p) {
  ProcessNote note;
  note.name = p.name;
  note.state = p.state;
  note.wish = p.wish;
  note.command = p.command;
  note.launch = p.launch;
  note.progress = p.progress;
  note.identity = p.identity;
  note.isolated = p.isolated;
  note.port = p.port;
  note.since = p.since;
  note.deadline = p.deadline;
  note.stopping = p.stopping;
  note.all_told = p.all_told;
  note.readiness = p.readiness;
  note.turn = p.turn;
  note.said_ready = p.said_ready;
  note.said_status = p.said_status;
  note.out_of_memory = p.out_of_memory;
  note.patience = p.patience;
  note.launches = p.launches;
  note.crashes = p.crashes;
  note.crashed_at = p.crashed_at;
  note.last_exit = p.last_exit;
  note.trouble = p.trouble;
  if (p.one_off)
    note.one_off = {p.one_off->type,     p.one_off->command,
                    p.one_off->argv,     p.one_off->env,
                    p.one_off->isolated, p.one_off->limits,
                    p.one_off->inside,   p.one_off->attached.has_value(),
                    p.one_off->hung_up,  {},
                    p.one_off->token,    {},
                    p.one_off->crash_of, p.one_off->input};
  if (p.one_off && p.one_off->attached) note.one_off->terminal = p.one_off->attached->terminal;
  if (p.one_off && p.one_off->ahead) note.one_off->ahead = p.one_off->ahead->code;
  return note;
}

void restore(Process& p, const ProcessNote& note) {
  p.state = note.state;
  p.wish = note.wish;
  p.command = note.command;
  // An earlier program has written it of one-offs alone.
  p.isolated = note.isolated || (note.one_off && note.one_off->isolated);
  p.port = note.port;
  p.since = note.since;
  p.stopping = note.stopping;
  p.all_told = note.all_told;
  p.turn = note.turn;
  p.said_ready = note.said_ready;
  p.said_status = note.said_status;
  p.out_of_memory = note.out_of_memory;
  p.patience = note.patience;
  p.launches = note.launches;
  p.crashes = note.crashes;
  p.crashed_at = note.crashed_at;
  p.last_exit = note.last_exit;
  p.trouble = note.trouble;
  if (note.one_off) {
    p.one_off.emplace();
    p.one_off->type = note.one_off->type;
    p.one_off->command = note.one_off->command;
    p.one_off->argv = note.one_off->argv;
    p.one_off->env = note.one_off->env;
    p.one_off->isolated = note.one_off->isolated;
    p.one_off->limits = note.one_off->limits;
    p.one_off->inside = note.one_off->inside;
    p.one_off->hung_up = note.one_off->hung_up;
    p.one_off->token = note.one_off->token;
    p.one_off->crash_of = note.one_off->crash_of;
    p.one_off->input = note.one_off->input;
    if (note.one_off->attached)
      p.one_off->attached = Launch::Attachment{{}, 0, 0, note.one_off->terminal};
  }
}

}  // namespace

Note Core::State::take_note(const std::vector<Action>& actions) {
  Note note;
  note.daemon = daemon_note();
  for (auto& name : table.take_changed()) {
    const auto p = table.all().find(name);
    if (p == table.all().end()) {
      noted.erase(name);
      note.erased.push_back(name);
      continue;
    }
    ProcessNote now = note_of(p->second);
    auto [before, is_new] = noted.try_emplace(name, now);
    if (!is_new && before->second == now) continue;
    before->second = now;
    note.changed.push_back(std::move(now));
  }
  for (auto& action : actions)
    if (auto* publish = std::get_if<Publish>(&action)) note.said.push_back(publish->event);
  return note;
}

DaemonNote Core::State::daemon_note() const {
  DaemonNote note{formation,
                  driver.next_launch(),
                  one_offs_named,
                  phase != Phase::running,
                  phase == Phase::hurrying || phase == Phase::finished,
                  releases.current().number,
                  {},
                  timetable.due(),
                  model_number,
                  put_by,
                  {stopped_schedules.begin(), stopped_schedules.end()},
                  failed_runs,
                  files_told,
                  driver.ended_runs(),
                  untold_crashes,
                  exit_status};
  if (trial) note.trial = {trial->release, trial->back_to, trial->first_launch, trial->formation};
  return note;
}

std::vector<Action> Core::State::resume(const Memory& memory, Now now) {
  out.begin(now);
  formation = memory.daemon.formation;
  put_by = memory.daemon.put_by;
  formation = fit(wish_for(types, wish()));
  stopped_schedules = {memory.daemon.stopped_schedules.begin(),
                       memory.daemon.stopped_schedules.end()};
  failed_runs = memory.daemon.failed_runs;
  files_told = memory.daemon.files_told;
  untold_crashes = memory.daemon.untold_crashes;
  forget_what_has_no_schedule();
  one_offs_named = memory.daemon.one_offs_named;
  driver.continue_from(memory.daemon.next_launch);
  driver.keep_ended_runs(memory.daemon.ended_runs);
  const bool takes_back = memory.daemon.ending && options.starts_anew;
  if (memory.daemon.ending && !takes_back)
    phase = memory.daemon.hurrying ? Phase::hurrying : Phase::ending;
  if (phase != Phase::running) exit_status = memory.daemon.exit_status;
  out.add(SaveFormation{wish()});
  listen();
  if (!options.starts_anew) timetable.go_on_with(memory.daemon.due);
  timetable.follow(types, now.wall);
  for (auto& [name, note] : memory.processes) {
    Process& p = table.add(name);
    restore(p, note);
    if (note.one_off && note.one_off->ahead) {
      const ProcessType* type = types.find(note.one_off->type);
      p.one_off->ahead = {*note.one_off->ahead, type ? type->settings : types.model().one_offs};
    }
    driver.keep_waiting(p);
    if (p.turn != Turn::none) rolling.insert(p.name.type);
    if (p.port) driver.keep_port(p);
    p.readiness = note.readiness.value_or(driver.readiness_of(p));
    if (note.deadline) table.set_deadline(p, *note.deadline);
    if (!note.launch) continue;
    table.set_launch(p, *note.launch);
    p.progress = note.progress;
    p.identity = note.identity;
    driver.launch_again(p);
    if (p.one_off || p.state != ProcessState::up) continue;
    driver.keep_watch_anew(p);
    driver.watch_over(p);
  }
  repeat_signals(memory.last);
  await_clients(memory);
  resume_release(memory);
  if (phase == Phase::running) {
    settle_formation(memory.daemon.formation);
    if (takes_back) take_shutdown_back();
    roll_on();
    judge_trial();
    launch_what_is_due();
    take_crashes();
    driver.launch_what_waits();
  }
  if (phase == Phase::ending) end_what_nobody_needs();
  finish_when_all_is_gone();
  next_look = timetable.next_look(now);
  return out.take();
}

// The last step may have been cut off before its signals were sent. Sending them twice is better
// than not at all; a step that is further back has sent its own.
void Core::State::repeat_signals(const Note& last) {
  for (auto& note : last.changed) {
    Process* p = table.find(note.name);
    if (!p || !p->launch || p->progress == LaunchProgress::asked) continue;
    if (p->state != ProcessState::stopping && p->state != ProcessState::killing) continue;
    driver.step(*p, LifeEvent::launched);
  }
}

void Core::State::take_shutdown_back() {
  for (Process* p : table.everything())
    if (!p->one_off && includes(formation, p->name)) driver.let_run(*p);
}

// The files may have changed meanwhile, and a step that changed the formation may not have come to
// all of its processes. A process that was wished `before` and is not running has its reasons.
void Core::State::settle_formation(const FormationCounts& before) {
  for (Process* p : table.everything())
    if (!p->one_off && !includes(formation, p->name)) driver.step(*p, LifeEvent::stop);
  for (auto& [type, count] : formation)
    for (uint32_t number = 1; number <= count; number++) {
      Process* p = table.find({type, number});
      if (p && includes(before, p->name)) continue;
      driver.step(p ? *p : driver.add({type, number}), LifeEvent::start);
    }
}

}  // namespace muster
