// Attaching to what runs: to a terminal of the formation, and anew to a one-off whose client has
// lost the daemon that it was attached by.
//
// Keeps: a one-off does not notice a succession. Its output waits until its client is back, and its
// exit status is there for it a while longer; only when the client stays away it is hung up.
#include <algorithm>

#include "daemon/core/listing.h"
#include "daemon/core/note.h"
#include "daemon/core/selection.h"
#include "daemon/core/state.h"

namespace muster {

// All else that comes for it is between the client and the edge that has the terminal.
void Core::State::ask(const Asker& asker, const std::string&, const AttachRequest& request) {
  if (!request.token.empty()) return attach_again(asker, request);
  auto chosen = select_running(table, formation, request.process);
  if (!chosen) return out.answer(asker, chosen.error());
  if (chosen->size() > 1)
    return refuse(asker, Refusal::no,
                  fmt::format("{} is several processes: {}; say which one", request.process,
                              listing(names_of(*chosen))));
  const Process& process = *chosen->front();
  out.add(Attach{*process.launch,
                 process.name,
                 {asker.client, asker.request_id, request.credit, request.terminal}});
}

// By a client that cannot come back, or has gone already, nothing will be read.
void Core::State::await_clients(const Memory& memory) {
  for (auto& [name, note] : memory.processes) {
    Process* p = note.one_off && note.one_off->attached ? table.find(name) : nullptr;
    if (!p || !p->launch) continue;
    if (p->one_off->hung_up || p->one_off->token.empty()) {
      out.add(PassToLaunch{*p->launch, CancelRequest{}});
      driver.step(*p, LifeEvent::hang_up);
      continue;
    }
    p->one_off->awaits_client = true;
    clients_back_by = out.now().mono + client_return_time;
  }
}

void Core::State::attach_again(const Asker& asker, const AttachRequest& request) {
  for (Process* p : table.of_type(std::string(one_off_type))) {
    OneOff& one_off = *p->one_off;
    if (one_off.token != request.token || !p->launch) continue;
    if (!one_off.awaits_client)
      return refuse(asker, Refusal::usage, p->name.text() + " waits for no client");
    one_off.awaits_client = false;
    one_off.asker = asker;
    one_off.attached =
        Launch::Attachment{asker.client, asker.request_id, request.credit, request.terminal};
    table.set_exchange(*p, asker);
    if (p->progress != LaunchProgress::asked)
      out.answer(asker, RunStartedReply{p->name.text()}, true);
    return out.add(Attach{*p->launch, p->name, *one_off.attached});
  }
  for (auto& run : driver.ended_runs())
    if (run.token == request.token)
      return run.refusal.empty()
                 ? out.answer(asker, RunExitedReply{run.status})
                 : out.answer(asker, RefusedReply{Refusal::no, run.refusal, run.status});
  refuse(asker, Refusal::no, "no one-off that was run with this token is known");
}

void Core::State::give_up_clients() {
  if (!clients_back_by || out.now().mono < *clients_back_by) return;
  clients_back_by.reset();
  for (Process* p : table.of_type(std::string(one_off_type))) {
    if (!std::exchange(p->one_off->awaits_client, false) || !p->launch) continue;
    out.add(PassToLaunch{*p->launch, CancelRequest{}});
    driver.step(*p, LifeEvent::hang_up);
  }
}

}  // namespace muster
