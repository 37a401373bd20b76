// See driver.h. Here: the effects of the life cycle's cells. The lines of a start, in order: `State
// changed from down to starting`, then of kind start ``Starting process with command `...` `` when
// the launch is asked for and `started with pid N` when exec has succeeded, then `State changed
// from starting to up`.
#include "daemon/core/driver.h"

#include <csignal>

#include "base/check.h"
#include "daemon/core/command_text.h"
#include "daemon/core/texts.h"

namespace muster {
Driver::Driver(const Types& types, const FormationCounts& formation, const Releases& releases,
               const CoreOptions& options, ProcessTable& table, Waiting& waiting, Outbox& out)
    : types_(types),
      formation_(formation),
      releases_(releases),
      options_(options),
      table_(table),
      waiting_(waiting),
      out_(out),
      ports_(options.base_port),
      next_launch_(options.first_launch) {}

void Driver::step(Process& process, LifeEvent event) {
  const Cell next = cell(process.state, event);
  CHECK(next.effect != Effect::never, "{}: {} while {}", process.name.text(), name_of(event),
        public_name(process.state, process.wish, process.one_off.has_value()));
  apply(process, next);
}

void Driver::apply(Process& p, Cell cell) {
  const ProcessState next = cell.next;
  switch (cell.effect) {
    case Effect::never:
    case Effect::none:
      return change(p, next, p.wish);
    case Effect::prepare_afresh:
      p.crashes = 0;
      p.crashed_at.clear();
      [[fallthrough]];
    case Effect::prepare:
      return prepare(p);
    case Effect::launch:
      change(p, next, Wish::run);
      return launch(p);
    case Effect::await_ready:
      return await_ready(p);
    case Effect::end_boot:
      return end_boot(p);
    case Effect::run_out:
      return run_out(p);
    case Effect::kill_hung:
      change(p, next, p.wish);
      return kill(p, texts::stopping_all("SIGKILL"));
    case Effect::terminate:
    case Effect::terminate_again:
      change(p, next, cell.effect == Effect::terminate ? Wish::rest : Wish::restart);
      publish(p, RecordKind::notice, texts::stopping_all(name_of(p.stopping.signal)));
      return terminate(p);
    case Effect::drain:
      forgive(p);
      return change(p, next, ended(p));
    case Effect::sweep:
      forgive(p);
      change(p, next, ended(p));
      publish(p, RecordKind::notice, texts::stopping_rest(name_of(p.stopping.signal)));
      return terminate(p);
    case Effect::wish_rest:
      return change(p, next, resting(p));
    case Effect::stop_reading:
      change(p, next, resting(p));
      return out_.add(Kill{*p.launch, p.stopping.signal.number});
    case Effect::wish_restart:
      return change(p, next, Wish::restart);
    case Effect::repeat_signal:
      return p.state == ProcessState::stopping ? tell(p) : out_.add(Kill{*p.launch, SIGKILL});
    case Effect::tell_rest:
      return tell_rest(p);
    case Effect::end_grace:
      return end_grace(p);
    case Effect::escalate:
      publish_error(p, "R12", texts::exit_timeout(grace_of(p), name_of(p.stopping.signal)));
      change(p, next, p.wish);
      return kill(p, texts::stopping_rest("SIGKILL"));
    case Effect::kill:
      change(p, next, resting(p));
      return kill(p, texts::stopping_rest("SIGKILL"));
    case Effect::kill_again:
      return kill_again(p);
    case Effect::hang_up:
      return hang_up(p);
    case Effect::settle:
      return settle(p);
    case Effect::back_off:
      change(p, next, p.wish);
      return back_off(p);
    case Effect::give_up:
      change(p, next, p.wish);
      return give_up(p);
    case Effect::retire:
      change(p, next, resting(p));
      return retire(p);
  }
}

// The one place where a state changes. A deadline belongs to the state in which it was armed.
void Driver::change(Process& p, ProcessState next, Wish wish) {
  const bool one_off = p.one_off.has_value();
  const std::string_view from = public_name(p.state, p.wish, one_off);
  const bool comes_up = next == ProcessState::up && p.state != next;
  if (next != p.state) table_.set_deadline(p, std::nullopt);
  p.state = next;
  p.wish = wish;
  keep_waiting(p);
  if (wish == Wish::rest) end_turn(p);
  const std::string_view to = public_name(p.state, p.wish, one_off);
  if (from == to) return;
  p.since = out_.now();
  EventRecord changed = record(p, RecordKind::state, texts::state_changed(from, to));
  changed.from = from;
  changed.to = to;
  out_.publish(std::move(changed));
  if (!comes_up) return;
  keep_watch_anew(p);
  watch_over(p);
}

Process& Driver::add(ProcessName name, std::optional<OneOff> one_off) {
  Process& p = table_.add(std::move(name));
  p.since = out_.now();
  p.one_off = std::move(one_off);
  if (!p.one_off) {
    p.command = types_.find(p.name.type)->command;
    return p;
  }
  p.command = p.one_off->argv.empty() ? p.one_off->command : shell_quoted(p.one_off->argv);
  if (p.one_off->attached) table_.set_exchange(p, *p.one_off->asker);
  return p;
}

void Driver::launch(Process& p) {
  if (!p.one_off) {
    const ProcessType* type = types_.find(p.name.type);
    CHECK(type && includes(formation_, p.name), "{} is not wished", p.name.text());
    p.command = type->command;
    give_port(p);
  }
  if (p.turn == Turn::waiting) end_turn(p);
  take_stopping(p);
  p.readiness = readiness_of(p);
  p.said_ready = false;
  p.said_status.clear();
  p.port_note.clear();
  p.port_taken = false;
  p.out_of_memory = 0;
  p.last_pid.reset();
  Launch launch = launch_of(p, next_launch_++);
  p.isolated = launch.surroundings.isolate.value_or(false);
  table_.set_launch(p, launch.launch);
  p.launches++;
  EventRecord starting =
      record(p, RecordKind::start, texts::starting(with_port(p.command, port_of(p))));
  starting.command = p.command;
  out_.publish(std::move(starting));
  out_.add(std::move(launch));
}

void Driver::take_stopping(Process& p) {
  const Settings* settings = settings_of(p);
  if (!settings || settings->stopping == p.stopping) return;
  const bool is_longer_or_shorter = p.stopping.grace != settings->stopping.grace;
  p.stopping = settings->stopping;
  if (p.state == ProcessState::stopping && p.deadline && is_longer_or_shorter)
    table_.set_deadline(p, std::max(out_.now().mono, p.since.mono + patience_of(p)));
}

void Driver::arm(Process& p, Nanos delay) { table_.set_deadline(p, out_.now().mono + delay); }

EventRecord Driver::record(const Process& p, RecordKind kind, std::string text) const {
  EventRecord event;
  event.kind = kind;
  event.process = p.name.text();
  event.text = std::move(text);
  event.launch = p.launch;
  return event;
}

void Driver::publish(const Process& p, RecordKind kind, std::string text) {
  out_.publish(record(p, kind, std::move(text)));
}

void Driver::publish_error(const Process& p, std::string code, std::string text) {
  EventRecord error = record(p, RecordKind::error, std::move(text));
  error.code = std::move(code);
  out_.publish(std::move(error));
}

}  // namespace muster
