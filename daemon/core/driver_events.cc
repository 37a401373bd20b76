// See driver.h. Here: what the edges tell about launches, written down and turned into events of
// the life cycle.
#include <cerrno>

#include "daemon/core/driver.h"
#include "daemon/core/texts.h"

namespace muster {
namespace {

// The status of a shell that cannot execute the command.
std::optional<int32_t> shell_status(const LaunchFailed& event) {
  constexpr int32_t not_found = 127, not_executable = 126;
  if (!event.stage.starts_with("exec ")) return {};
  return event.error_number == ENOENT ? not_found : not_executable;
}

}  // namespace

void Driver::on(const Launched& event) {
  Process* p = table_.of_launch(event.launch);
  if (!p) return;
  p->progress = LaunchProgress::running;
  p->identity = event.identity;
  p->trouble.clear();
  EventRecord started = record(*p, RecordKind::start, texts::started(event.identity.pid));
  started.pid = event.identity.pid;
  started.command = p->command;
  out_.publish(std::move(started));
  if (p->one_off && p->one_off->asker) {
    const bool more = p->one_off->attached.has_value();
    out_.answer(*p->one_off->asker, RunStartedReply{p->name.text()}, more);
    if (!more) p->one_off->asker.reset();
  }
  const bool wanted = p->state == ProcessState::starting;
  step(*p, LifeEvent::launched);
  if (!wanted) return;
  waiting_.report_all(p->awaiting_launch);
  if (p->readiness.kind == Readiness::Kind::none || p->said_ready) step(*p, LifeEvent::ready);
}

void Driver::on(const LaunchFailed& event) {
  Process* p = table_.of_launch(event.launch);
  if (!p) return;
  p->trouble = event.error_number == 0
                   ? event.stage
                   : fail_errno(event.error_number, "{}", event.stage).value().message;
  const std::string text = texts::failed_to_start(p->trouble);
  publish(*p, RecordKind::error, text);
  if (p->one_off && p->one_off->asker) {
    out_.answer(*p->one_off->asker, RefusedReply{Refusal::no, text, shell_status(event)});
    p->one_off->asker.reset();
  }
  if (p->one_off && p->one_off->attached) {
    constexpr int32_t not_known = 1;
    remember_end(*p, shell_status(event).value_or(not_known), text);
  }
  constexpr int32_t no_start = 1;
  if (take_as_decisive(*p, shell_status(event).value_or(no_start))) let_rest(*p);
  if (p->state == ProcessState::starting)
    waiting_.report_all(p->awaiting_launch, p->name.text() + ": " + text);
  step(*p, LifeEvent::failed);
}

void Driver::on(const Ready& event) {
  Process* p = table_.of_launch(event.launch);
  if (!p) return;
  p->trouble.clear();
  p->port_note.clear();
  p->port_taken = false;
  step(*p, LifeEvent::ready);
}

// It is said once: a look follows every few seconds for as long as it lasts.
void Driver::on(const PortSeen& event) {
  Process* p = table_.of_launch(event.launch);
  if (!p || p->port_note == event.text) return;
  p->port_note = event.text;
  p->port_taken = event.is_taken;
  if (event.is_taken) publish_error(*p, "port", event.text);
}

// It may say so before it is known to run at all.
void Driver::on(const Notified& event) {
  Process* p = table_.of_launch(event.launch);
  if (!p) return;
  if (event.status) p->said_status = *event.status;
  if (event.alive) keep_watch_anew(*p);
  const bool awaited =
      p->state == ProcessState::starting && p->readiness.kind == Readiness::Kind::notify;
  if (!event.ready || !awaited) return;
  if (p->progress == LaunchProgress::running) return step(*p, LifeEvent::ready);
  p->said_ready = true;
}

void Driver::on(const OutOfMemory& event) {
  Process* p = table_.of_launch(event.launch);
  if (!p || event.times <= p->out_of_memory) return;
  publish_error(*p, "R15", texts::out_of_memory(event.times - p->out_of_memory));
  p->out_of_memory = event.times;
}

void Driver::on(const Exited& event) {
  Process* p = table_.of_launch(event.launch);
  if (!p) return;
  p->progress = LaunchProgress::exited;
  p->last_exit.reset();
  if (event.status.kind != ExitStatus::Kind::unknown) p->last_exit = event.status.status();
  EventRecord exited = record(*p, RecordKind::exit, texts::exited(p->last_exit));
  exited.status = p->last_exit;
  out_.publish(std::move(exited));
  p->asked_survive = event.asked_survive;
  take_as_decisive(*p, p->last_exit);
  if (p->port_taken && p->last_exit != 0 && p->wish == Wish::run) p->trouble = p->port_note;
  step(*p, event.survivors ? LifeEvent::abandoned : LifeEvent::exited);
}

void Driver::on(const Gone& event) {
  if (Process* p = table_.of_launch(event.launch)) step(*p, LifeEvent::gone);
}

void Driver::on_tick() {
  while (Process* p = table_.pop_due(out_.now().mono)) step(*p, LifeEvent::deadline);
}

}  // namespace muster
