// See driver.h. Here: how a launch is ended, and what becomes of a process when nothing of it is
// left.
#include <algorithm>
#include <csignal>

#include "daemon/core/backoff.h"
#include "daemon/core/driver.h"
#include "daemon/core/texts.h"

namespace muster {
namespace {

// They are in every note. The oldest are forgotten.
constexpr size_t most_ended_runs = 64;

}  // namespace

void Driver::settle(Process& p) {
  const int status = p.last_exit.value_or(255);
  const auto attached = p.one_off && p.one_off->attached ? p.one_off->asker : std::nullopt;
  if (p.one_off && p.one_off->attached) remember_end(p, status);
  auto awaiting_rest = std::exchange(p.awaiting_rest, {});
  if (p.identity) p.last_pid = p.identity->pid;
  if (p.one_off)
    ended_.push_back({p.name, p.last_exit, p.trouble, p.one_off->inside ? "" : p.one_off->type,
                      p.trouble.empty() && p.wish == Wish::rest, p.one_off->crash_of});
  table_.clear_launch(p);
  apply(p, settled(p.wish, p.one_off.has_value()));  // p may be gone now
  waiting_.report_all(awaiting_rest);
  if (attached) out_.answer(*attached, RunExitedReply{status});
}

// A process that was told to end, or to begin anew, has not ended by itself.
bool Driver::take_as_decisive(const Process& p, std::optional<int32_t> status) {
  if (p.one_off || options_.exit_on != p.name.type || p.wish != Wish::run) return false;
  if (!decisive_) decisive_ = {p.name.text(), status, p.trouble};
  return true;
}

// A failure to launch comes first, and says more.
void Driver::remember_end(const Process& p, int32_t status, std::string refusal) {
  const std::string& token = p.one_off->token;
  const auto is_it = [&](const EndedRun& run) { return run.token == token; };
  if (token.empty() || std::any_of(ended_runs_.begin(), ended_runs_.end(), is_it)) return;
  const MonoTime now = out_.now().mono;
  std::erase_if(ended_runs_,
                [&](const EndedRun& run) { return now - run.since > client_return_time; });
  if (ended_runs_.size() >= most_ended_runs) ended_runs_.erase(ended_runs_.begin());
  ended_runs_.push_back({token, status, std::move(refusal), now});
}

void Driver::back_off(Process& p) {
  const Restarting& restarting = restarting_of(p);
  p.crashes++;
  if (restarting.give_up) remember_crash(p.crashed_at, out_.now().mono, *restarting.give_up);
  if (!is_worth_trying(restarting, p.crashed_at)) {
    report_crash(p, {});
    return step(p, LifeEvent::give_up);
  }
  const Backoff backoff =
      restarting.backoff.value_or(Backoff{options_.backoff_base, options_.backoff_cap});
  const Nanos delay = backoff_delay(p.crashes, backoff.base, backoff.cap);
  report_crash(p, delay);
  if (delay > Nanos(0)) return arm(p, delay);
  step(p, LifeEvent::deadline);
}

void Driver::report_crash(const Process& p, std::optional<Nanos> retry_in) {
  const auto status = p.last_pid ? p.last_exit : std::nullopt;
  crashed_.push_back({p.name.text(), p.name.type, p.command, p.last_pid, status,
                      p.trouble.empty() ? texts::crashed(status) : p.trouble, p.crashes, retry_in});
}

void Driver::give_up(Process& p) {
  const Restarting& restarting = restarting_of(p);
  publish(p, RecordKind::error,
          restarting.when == Restart::never
              ? texts::not_again(p.name.text())
              : texts::given_up(p.crashed_at.size(), restarting.give_up->within, p.name.text()));
}

// A process that has a turn does not age. Without one it ages again.
void Driver::end_turn(Process& p) {
  p.turn = Turn::none;
  keep_watch(p);
  p.awaiting_launch.insert(p.awaiting_launch.end(), p.awaiting_turn.begin(), p.awaiting_turn.end());
  p.awaiting_turn.clear();
}

void Driver::retire(Process& p) {
  waiting_.report_all(p.awaiting_launch, p.name.text() + " was stopped");
  if (!p.one_off && includes(formation_, p.name)) return;
  if (p.port) ports_.release(*p.port);
  table_.erase(p);
}

// Its client may go and also say so: once is enough.
void Driver::hang_up(Process& p) {
  if (std::exchange(p.one_off->hung_up, true)) return;
  publish(p, RecordKind::notice, texts::client_gone());
  out_.add(Kill{*p.launch, SIGHUP, false});
  arm(p, grace_of(p));
}

// A leader with jobs in its children finishes them, which it cannot where these are told as well.
// So they are told when it has ended, or when it has had half the grace, which leaves them the
// other.
void Driver::terminate(Process& p) {
  p.all_told = p.stopping.audience.whole_tree || p.progress == LaunchProgress::exited;
  tell(p);
  arm(p, patience_of(p));
}

void Driver::tell(const Process& p) {
  out_.add(Kill{*p.launch, p.stopping.signal.number, true, !p.all_told});
}

// Where the leader was a shell, it may be that others were asked with it, and for these the rest
// waits too.
void Driver::tell_rest(Process& p) {
  if (p.all_told) return;
  if (!p.asked_survive) {
    publish(p, RecordKind::notice, texts::stopping_rest(name_of(p.stopping.signal)));
    p.all_told = true;
    table_.set_deadline(p, std::max(out_.now().mono, p.since.mono + patience_of(p)));
  }
  out_.add(Kill{*p.launch, p.stopping.signal.number, true, true});
}

void Driver::end_grace(Process& p) {
  if (std::exchange(p.all_told, true)) return step(p, LifeEvent::hung);
  tell(p);
  table_.set_deadline(p, std::max(out_.now().mono, p.since.mono + patience_of(p)));
}

// From the first signal on: until something else is to be done.
Nanos Driver::patience_of(const Process& p) const {
  return p.all_told ? grace_of(p) : grace_of(p) / 2;
}

void Driver::kill(Process& p, std::string said) {
  publish(p, RecordKind::notice, std::move(said));
  out_.add(Kill{*p.launch, SIGKILL});
  p.patience = options_.kill_patience;
  arm(p, p.patience);
}

void Driver::kill_again(Process& p) {
  EventRecord still_there = record(p, RecordKind::error, texts::outlives_kill(p.patience));
  out_.publish(std::move(still_there));
  out_.add(Kill{*p.launch, SIGKILL});
  p.patience = std::min(p.patience * 2, options_.backoff_cap);
  arm(p, p.patience);
}

// Up for long enough: what it did before is no longer held against it.
void Driver::forgive(Process& p) {
  if (p.state == ProcessState::up && out_.now().mono - p.since.mono >= options_.backoff_reset)
    p.crashes = 0;
}

// Notes the wish for a process that is just ending; if it ends by itself, that may have been its
// task.
Wish Driver::ended(const Process& p) const {
  if (p.wish != Wish::run || p.one_off) return p.wish;
  return ends_well(restarting_of(p), p.last_exit) ? Wish::finish : Wish::run;
}

const Restarting& Driver::restarting_of(const Process& p) const {
  static const Restarting as_ever;
  const Settings* settings = settings_of(p);
  return settings ? settings->restarting : as_ever;
}

// A one-off that has ended by itself is complete, whatever is asked of it while it is swept.
Wish Driver::resting(const Process& p) const {
  const bool ending = p.state == ProcessState::stopping || p.state == ProcessState::killing ||
                      p.state == ProcessState::draining;
  return p.one_off && ending ? p.wish : Wish::rest;
}

Nanos Driver::grace_of(const Process& p) const {
  return p.stopping.grace.value_or(options_.stop_grace);
}

}  // namespace muster
