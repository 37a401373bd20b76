// The end: every wish rests, the saved formation stays as it is. The core finishes when nothing is
// alive. A second signal does not wait for the grace.
#include <csignal>

#include "daemon/core/state.h"
#include "daemon/core/texts.h"

namespace muster {
namespace {

std::string_view name_of_signal(int number) {
  return number == SIGINT ? "SIGINT" : number == SIGTERM ? "SIGTERM" : "SIGHUP";
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

void Core::State::on(const Signalled& event) {
  const std::string signal(name_of_signal(event.number));
  if (event.number == SIGHUP) {
    if (phase == Phase::running && reloads.size() < reload_limit) begin_reload({{}, signal});
    return;
  }
  const bool second = std::exchange(signalled, true);
  if (phase == Phase::running) {
    announce(RecordKind::notice, texts::shutdown_signal(signal), signal);
    begin_shutdown();
  } else if (phase == Phase::ending && second) {
    phase = Phase::hurrying;
    announce(RecordKind::notice, texts::hurry(signal), signal);
    for (Process* p : table.everything()) driver.step(*p, LifeEvent::kill);
  }
}

void Core::State::begin_shutdown() {
  phase = Phase::ending;
  for (Process* p : table.everything()) driver.step(*p, LifeEvent::stop);
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
  out.add(Finish{0});
}

}  // namespace muster
