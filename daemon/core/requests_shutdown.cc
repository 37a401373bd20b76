// The end: every wish rests, the saved formation stays as it is. A process that others need ends
// after them. The core finishes when nothing is alive. A second signal does not wait for anything.
#include <csignal>

#include "daemon/core/state.h"
#include "daemon/core/texts.h"

namespace muster {
namespace {

// A terminal signals every process, and a wrapper (timeout, npm, make) hands the same signal on.
constexpr Nanos same_signal = 500ms;

std::string_view name_of_signal(int number) {
  return number == SIGINT    ? "SIGINT"
         : number == SIGTERM ? "SIGTERM"
         : number == SIGQUIT ? "SIGQUIT"
                             : "SIGHUP";
}

}  // namespace

void Core::State::ask(const Asker& asker, const std::string& by, const ShutdownRequest&) {
  if (phase == Phase::finished) return out.answer(asker, DoneReply{});
  if (awaiting_shutdown.size() >= Waiting::limit)
    return refuse(asker, Refusal::no, "muster is shutting down");
  awaiting_shutdown.push_back(asker);
  if (phase != Phase::running) return;
  announce(RecordKind::notice, texts::shutdown(by), by);
  begin_shutdown();
}

void Core::State::ask(const Asker& asker, const std::string& by, const UpgradeRequest&) {
  if (phase == Phase::finished) return refuse(asker, Refusal::no, "muster is shutting down");
  out.add(Upgrade{asker.client, asker.request_id, by});
}

void Core::State::ask(const Asker& asker, const std::string& by, const KeyRequest& request) {
  if (phase == Phase::finished) return refuse(asker, Refusal::no, "muster is shutting down");
  out.add(ChangeKeys{asker.client, asker.request_id, by, asker.role, asker.address, request});
}

void Core::State::on(const Signalled& event) {
  const std::string signal(name_of_signal(event.number));
  if (event.number == SIGHUP) {
    if (phase == Phase::running && reloads.size() < reload_limit) begin_reload({{}, signal});
    return;
  }
  if (!signalled) signalled = out.now().mono;
  const bool second = out.now().mono - *signalled >= same_signal;
  if (phase == Phase::running) {
    announce(RecordKind::notice, texts::shutdown_signal(signal), signal);
    begin_shutdown();
  } else if (phase == Phase::ending && second) {
    phase = Phase::hurrying;
    announce(RecordKind::notice, texts::hurry(signal), signal);
    for (Process* p : table.everything()) driver.step(*p, LifeEvent::kill);
  }
}

// The app was to end with it. A shutdown that has begun already has a status of its own.
void Core::State::end_on_decisive() {
  const auto last = driver.take_decisive();
  if (!last || phase != Phase::running) return;
  constexpr int32_t unknown = 255;
  exit_status = last->status.value_or(unknown);
  announce(RecordKind::notice,
           texts::ends_with(last->process, texts::how_it_ended(last->status, last->trouble)),
           last->process);
  begin_shutdown();
}

void Core::State::begin_shutdown() {
  using enum ProcessState;
  phase = Phase::ending;
  for (Process* p : table.everything()) {
    if (p->state == starting || p->state == up)
      driver.let_rest(*p);
    else
      driver.step(*p, LifeEvent::stop);
  }
  end_what_nobody_needs();
}

void Core::State::end_what_nobody_needs() {
  std::set<std::string> needed;
  for (auto& [name, p] : table.all()) {
    const ProcessType* type = p.launch && !p.one_off ? types.find(name.type) : nullptr;
    if (!type) continue;
    for (auto& need : type->settings.needs) needed.insert(need.type);
  }
  std::vector<ProcessName> unneeded;
  for (auto& [name, p] : table.all()) {
    const bool runs = p.state == ProcessState::starting || p.state == ProcessState::up;
    if (runs && !needed.contains(name.type)) unneeded.push_back(name);
  }
  for (auto& name : unneeded)
    if (Process* p = table.find(name)) driver.step(*p, LifeEvent::stop);
}

void Core::State::finish_when_all_is_gone() {
  if ((phase != Phase::ending && phase != Phase::hurrying) || table.live() > 0) return;
  phase = Phase::finished;
  for (auto& reload : reloads)
    if (reload.asker) refuse(*reload.asker, Refusal::no, "muster is shutting down");
  reloads.clear();
  refuse_changes();
  for (auto& asker : awaiting_shutdown) out.answer(asker, DoneReply{});
  awaiting_shutdown.clear();
  out.add(Finish{exit_status});
}

}  // namespace muster
