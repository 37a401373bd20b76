// Verbs that change the formation or what its processes do: scale, start, stop, kill.
#include <csignal>

#include "daemon/core/listing.h"
#include "daemon/core/state.h"
#include "daemon/core/texts.h"

namespace muster {
void Core::State::ask(const Asker& asker, const std::string& by, const ScaleRequest& request) {
  auto plan = plan_scale(request.changes, formation);
  if (!plan) return out.answer(asker, plan.error());
  if (auto refusal = refuse_more_than_allowed(*plan, types))
    return out.answer(asker, std::move(*refusal));
  size_t forgotten = 0;
  for (auto& [type, count] : plan->changed) forgotten += put_by.erase(type);
  if (plan->formation != formation)
    adopt(plan->formation, by);
  else if (forgotten > 0)
    out.add(SaveFormation{wish()});
  std::optional<Arrival> arrival;
  if (request.wait && !plan->changed.empty())
    arrival = arrival_of_scaled(plan->changed, *request.wait);
  waiting.close(
      waiting.open(asker, ScaleReply{std::move(plan->changed), formation}, std::move(arrival)));
}

// All of a type that is named, so that a client that says it again waits for the same. Those
// that were stopped by hand stay so.
Arrival Core::State::arrival_of_scaled(const std::vector<std::pair<std::string, uint32_t>>& changed,
                                       uint32_t wait) {
  std::vector<ProcessName> coming, leaving;
  for (auto& [type, count] : changed)
    for (const Process* p : table.of_type(type)) {
      if (!includes(formation, p->name))
        leaving.push_back(p->name);
      else if (p->wish != Wish::rest)
        coming.push_back(p->name);
    }
  return arrival_of(std::move(coming), std::move(leaving), wait);
}

FormationCounts Core::State::wish() const {
  FormationCounts wished = formation;
  for (auto& [type, count] : put_by) wished[type] = count;
  return wished;
}

// The part that the limit of all processes cuts is not remembered: it is known to the client that
// wished it.
FormationCounts Core::State::fit(const FormationCounts& wished) {
  FormationCounts fitting = fitted(wished, types);
  put_by.clear();
  for (auto& [name, count] : wished)
    if (const ProcessType* type = types.find(name); type && count > scalability(*type).most)
      put_by[name] = count;
  return fitting;
}

void Core::State::adopt(FormationCounts wanted, const std::string& by) {
  const FormationCounts before = std::exchange(formation, std::move(wanted));
  announce(RecordKind::scale, texts::scale(formation_text(formation), by), by);
  out.add(SaveFormation{wish()});

  for (auto& [type, count] : before) {
    std::vector<Process*> processes = table.of_type(type);
    for (auto p = processes.rbegin(); p != processes.rend(); ++p)
      if (!(*p)->one_off && !includes(formation, (*p)->name)) driver.step(**p, LifeEvent::stop);
  }
  for (auto& [type, count] : formation) {
    auto had = before.find(type);
    for (uint32_t number = had == before.end() ? 1 : had->second + 1; number <= count; number++) {
      Process* still_ending = table.find({type, number});
      driver.step(still_ending ? *still_ending : driver.add({type, number}), LifeEvent::start);
    }
  }
}

// The reply comes when each of them has been launched, or has failed to, or when all are up.
void Core::State::ask(const Asker& asker, const std::string& by, const StartRequest& request) {
  if (request.names.empty())
    return refuse(asker, Refusal::usage, "start: say which types or processes");
  auto chosen = select_of_formation(table, formation, request.names);
  if (!chosen) return out.answer(asker, chosen.error());
  announce(RecordKind::notice, texts::command("Start", listing(request.names), by), by);
  stop_schedules(request.names, false);
  std::optional<Arrival> arrival;
  if (request.wait) arrival = arrival_of(places_of(*chosen), {}, *request.wait);
  const WaiterId waiter = waiting.open(asker, DoneReply{names_of(*chosen)}, std::move(arrival));
  for (Process* p : *chosen) {
    const bool runs =
        p->identity && (p->state == ProcessState::starting || p->state == ProcessState::up);
    if (!runs) {
      waiting.expect(waiter);
      p->awaiting_launch.push_back(waiter);
    }
    driver.step(*p, LifeEvent::start);
  }
  waiting.close(waiter);
}

void Core::State::ask(const Asker& asker, const std::string& by, const StopRequest& request) {
  if (request.names.empty())
    return refuse(asker, Refusal::usage, "stop: say which types or processes");
  auto chosen = select(table, formation, request.names);
  if (!chosen) return out.answer(asker, chosen.error());
  announce(RecordKind::notice, texts::command("Stop", listing(request.names), by), by);
  stop_schedules(request.names, true);
  const WaiterId waiter = waiting.open(asker, names_of(*chosen));
  for (Process* p : *chosen) {
    if (p->launch) {
      waiting.expect(waiter);
      p->awaiting_rest.push_back(waiter);
    }
    driver.step(*p, LifeEvent::stop);
  }
  waiting.close(waiter);
}

// A signal and nothing else: one that ends of it has ended by itself, and is treated so.
void Core::State::ask(const Asker& asker, const std::string& by, const KillRequest& request) {
  if (request.names.empty())
    return refuse(asker, Refusal::usage, "kill: say which types or processes");
  if (request.number < 1 || request.number > SIGRTMAX)
    return refuse(asker, Refusal::usage, fmt::format("{} is not a signal", request.number));
  auto chosen = select(table, formation, request.names);
  if (!chosen) return out.answer(asker, chosen.error());
  std::erase_if(*chosen, [](const Process* p) { return !p->identity; });
  if (chosen->empty())
    return refuse(asker, Refusal::no,
                  fmt::format("nothing of {} runs now", listing(request.names)));
  const std::string doing = "Send " + name_of(Signal{request.number}) + " to";
  announce(RecordKind::notice, texts::command(doing, listing(request.names), by), by);
  for (Process* p : *chosen) out.add(Kill{*p->launch, request.number, false});
  out.answer(asker, DoneReply{names_of(*chosen)});
}

}  // namespace muster
