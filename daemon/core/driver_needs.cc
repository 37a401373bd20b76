// See driver.h. Here: order. A process is launched when what its type needs is there; whether it is
// follows from the states of the others alone, so there is nothing to remember.
#include <fmt/format.h>

#include <algorithm>

#include "daemon/config/needs.h"
#include "daemon/core/driver.h"
#include "daemon/core/texts.h"

namespace muster {
namespace {

// A process that has done what it was for has been everything before.
bool serves(const Process& p, Need::Until until) {
  if (p.state == ProcessState::complete) return true;
  if (until == Need::Until::completed) return false;
  const bool started = p.state == ProcessState::starting && p.identity;
  return p.state == ProcessState::up || (until == Need::Until::started && started);
}

std::string_view name_of_served(Need::Until until) {
  return until == Need::Until::ready ? "up" : name_of(until);
}

}  // namespace

// How many do, and how many there should be.
std::pair<uint32_t, uint32_t> Driver::those_that_serve(const Need& need) const {
  auto wished = formation_.find(need.type);
  if (wished == formation_.end()) return {0, 0};
  uint32_t serving = 0;
  for (uint32_t number = 1; number <= wished->second; number++)
    if (const Process* p = table_.find({need.type, number})) serving += serves(*p, need.until);
  return {serving, wished->second};
}

// A type that is scaled to 0 has no process there.
bool Driver::is_met(const Need& need) const {
  const auto [serving, wished] = those_that_serve(need);
  return wished > 0 && serving == wished;
}

std::string Driver::text_of_unmet(const Need& need) const {
  const auto [serving, wished] = those_that_serve(need);
  return fmt::format("{} ({} of {} {})", need.type, serving, wished, name_of_served(need.until));
}

std::optional<std::string> Driver::unmet_need(const Process& p) const {
  const Settings* settings = p.one_off ? nullptr : settings_of(p);
  if (!settings) return {};
  for (auto& need : settings->needs)
    if (!is_met(need)) return text_of_unmet(need);
  return {};
}

bool Driver::waits_in_vain(const Process& p) const {
  const Settings* settings = p.one_off ? nullptr : settings_of(p);
  if (!settings) return false;
  return std::any_of(settings->needs.begin(), settings->needs.end(),
                     [&](const Need& need) { return those_that_serve(need).second == 0; });
}

// Whether it comes without any further request.
bool Driver::is_on_its_way(const Need& need) const {
  using enum ProcessState;
  auto wished = formation_.find(need.type);
  if (wished == formation_.end() || wished->second == 0) return false;
  for (uint32_t number = 1; number <= wished->second; number++) {
    const Process* p = table_.find({need.type, number});
    const bool ending = p && (p->state == stopping || p->state == killing || p->state == draining);
    const bool comes = p && (p->state == ProcessState::waiting || p->state == starting ||
                             (ending && p->wish == Wish::restart));
    if (!comes && !(p && serves(*p, need.until))) return false;
  }
  return true;
}

std::optional<std::string> Driver::lacking_need(const Process& p,
                                                const std::set<std::string>& to_start) const {
  const Settings* settings = p.one_off ? nullptr : settings_of(p);
  if (!settings) return {};
  for (auto& need : settings->needs)
    if (!is_met(need) && !to_start.contains(need.type) && !is_on_its_way(need))
      return text_of_unmet(need);
  return {};
}

// A process that needs nothing, or has it, does not wait.
void Driver::prepare(Process& p) {
  const auto need = unmet_need(p);
  if (!need) return apply(p, cell(ProcessState::waiting, LifeEvent::met));
  change(p, ProcessState::waiting, Wish::run);
  publish(p, RecordKind::notice, texts::waits(*need));
}

void Driver::launch_what_waits() {
  for (auto& name : std::set(waiting_for_needs_)) {
    Process* p = table_.find(name);
    if (p && !unmet_need(*p)) step(*p, LifeEvent::met);
  }
}

void Driver::keep_waiting(const Process& p) {
  if (p.state == ProcessState::waiting)
    waiting_for_needs_.insert(p.name);
  else
    waiting_for_needs_.erase(p.name);
}

void Driver::let_rest(Process& p) { change(p, p.state, Wish::rest); }

void Driver::let_run(Process& p) {
  if (p.state == ProcessState::starting || p.state == ProcessState::up)
    change(p, p.state, Wish::run);
  else
    step(p, LifeEvent::start);
}

}  // namespace muster
