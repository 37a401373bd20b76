// Restart: of each type one process after the other, or as many at a time as its files say, the
// next when the new one is up, so that the others serve meanwhile. The turn stands with the
// processes, and so is known to a core that goes on. A new one that crashes ends it: the others
// stay as they are.
#include "daemon/core/listing.h"
#include "daemon/core/state.h"
#include "daemon/core/texts.h"

namespace muster {

// The reply comes when each of them has been launched, or has failed to, or when all are up.
void Core::State::ask(const Asker& asker, const std::string& by, const RestartRequest& request) {
  auto chosen = select_of_formation(table, formation, request.names);
  if (!chosen) return out.answer(asker, chosen.error());
  for (auto& name : request.names)
    if (const ProcessType* type = types.find(name); type && type->settings.cron)
      return refuse(asker, Refusal::no, texts::not_restartable(name));
  if (auto lacking = those_that_lack(*chosen); !lacking.empty())
    return refuse(asker, Refusal::no, listing(lacking, "; "));
  const std::string what = request.names.empty() ? "all processes" : listing(request.names);
  announce(RecordKind::notice, texts::command("Restart", what, by), by);
  std::optional<Arrival> arrival;
  if (request.wait)
    arrival = arrival_of(places_of(*chosen), {}, *request.wait, driver.next_launch());
  const WaiterId waiter = waiting.open(asker, DoneReply{names_of(*chosen)}, std::move(arrival));
  for (Process* p : *chosen) {
    waiting.expect(waiter);
    if (p->state == ProcessState::starting || p->state == ProcessState::up) {
      p->awaiting_turn.push_back(waiter);
      p->turn = Turn::waiting;
      rolling.insert(p->name.type);
    } else {
      p->awaiting_launch.push_back(waiter);
      driver.step(*p, LifeEvent::restart);
    }
  }
  roll_on();
  waiting.close(waiter);
}

// Those that run, and would only wait if they were restarted, each with what for. They are to stay
// as they are.
std::vector<std::string> Core::State::those_that_lack(std::vector<Process*>& to_restart) {
  std::set<std::string> to_start;
  for (const Process* p : to_restart) to_start.insert(p->name.type);
  std::vector<std::string> lacking;
  std::erase_if(to_restart, [&](const Process* p) {
    const bool runs = p->state == ProcessState::starting || p->state == ProcessState::up;
    const auto need = runs ? driver.lacking_need(*p, to_start) : std::nullopt;
    if (need) lacking.push_back(texts::lacks(p->name.text(), *need));
    return need.has_value();
  });
  return lacking;
}

void Core::State::roll_on() {
  rolling.merge(driver.take_types_with_turns());
  for (auto type = rolling.begin(); type != rolling.end();)
    type = roll_on(table.of_type(*type)) ? std::next(type) : rolling.erase(type);
}

// False when no process has a turn any more.
bool Core::State::roll_on(const std::vector<Process*>& of_type) {
  using enum ProcessState;
  size_t taken = 0;
  for (Process* p : of_type) {
    if (p->turn != Turn::taken) continue;
    const bool launched_anew = p->state == starting || p->state == crashed || p->state == failed;
    if (launched_anew && p->crashes > 0) {
      stop_rolling(*p, of_type);
      return false;
    }
    taken++;
    if (p->state != up) continue;
    driver.end_turn(*p);
    taken--;
  }
  const size_t width = of_type.empty() ? 1 : roll_width(of_type.front()->name.type);
  for (Process* p : of_type) {
    if (p->turn != Turn::waiting || taken >= width) continue;
    driver.take_turn(*p);
    taken++;
  }
  return taken > 0;
}

size_t Core::State::roll_width(const std::string& type) const {
  const ProcessType* known = types.find(type);
  return known && known->settings.roll ? known->settings.roll->processes : 1;
}

void Core::State::stop_rolling(const Process& because, const std::vector<Process*>& of_type) {
  std::vector<std::string> left;
  for (Process* p : of_type) {
    if (p->turn == Turn::none) continue;
    if (p->turn == Turn::waiting) left.push_back(p->name.text());
    p->turn = Turn::none;
    driver.spare(*p);
    waiting.report_all(p->awaiting_turn, fmt::format("{} did not come up, {} stays as it was",
                                                     because.name.text(), p->name.text()));
  }
  if (left.empty()) return;
  announce(RecordKind::notice, texts::roll_stopped(because.name.text(), listing(left)), "muster");
}

}  // namespace muster
