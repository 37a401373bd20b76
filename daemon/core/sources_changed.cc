// The files that a process type watches have changed: it is restarted as by a user, and no client
// is answered. A process that a user has stopped stays so. A crashed one is launched at once: what
// it crashed of may be mended.
#include "daemon/core/state.h"
#include "daemon/core/texts.h"

namespace muster {

void Core::State::on(const SourcesChanged& event) {
  const ProcessType* type = types.find(event.type);
  if (phase != Phase::running || !type || type->settings.cron) return;
  std::vector<Process*> to_restart;
  for (Process* p : table.of_type(event.type))
    if (!p->one_off && includes(formation, p->name) && p->wish != Wish::rest)
      to_restart.push_back(p);
  those_that_lack(to_restart);
  if (to_restart.empty()) return;
  announce(RecordKind::notice, texts::sources_changed(event.type, event.what), "muster");
  for (Process* p : to_restart) give_turn(*p);
}

}  // namespace muster
