// Requests that are answered when it is so: which processes that concerns, whether each is there,
// on its way or will not come, and what is said when the time is over. Looks at the states and
// changes none, so whatever else happens to the processes meanwhile is seen as it is.
#include <algorithm>

#include "daemon/core/listing.h"
#include "daemon/core/state.h"
#include "daemon/core/texts.h"

namespace muster {
namespace {

constexpr Nanos longest_boot = 60s;    // that is waited for where the client names no time
constexpr uint32_t a_year = 31622400;  // a year of seconds
constexpr size_t most_told = 10;       // processes in one answer

// "crashed (exit 3)", "is starting: not ready within 60 s".
std::string how_it_is(const Process& p, const Driver& driver, MonoTime now) {
  const bool is_over = p.state == ProcessState::crashed || p.state == ProcessState::failed;
  std::string text(p.state == ProcessState::failed ? "has failed" : "crashed");
  const std::string state(public_name(p.state, p.wish, p.one_off.has_value()));
  if (!is_over && state != "crashed") text = "is " + state;
  if (p.state == ProcessState::waiting)
    if (auto need = driver.unmet_need(p)) return text + ": waits for " + *need;
  if (!p.trouble.empty()) return text + ": " + p.trouble;
  if (p.state == ProcessState::starting) {
    Nanos waited = std::chrono::floor<std::chrono::milliseconds>(now - p.since.mono);
    if (waited > 1s) waited = std::chrono::floor<std::chrono::seconds>(waited);
    text += fmt::format(": not ready within {} s", texts::seconds(waited));
    return p.port_note.empty() ? text : text + ", " + p.port_note;
  }
  if ((is_over || text.ends_with("crashed")) && p.last_exit)
    text += fmt::format(" (exit {})", *p.last_exit);
  return text;
}

bool is_going_down(const Process& p) {
  return p.state == ProcessState::stopping || p.state == ProcessState::killing ||
         p.state == ProcessState::draining;
}

}  // namespace

// The outcome of one process.
struct Core::State::Whereabouts {
  enum { there, on_its_way, will_not_come, is_not_to } how = there;
  std::string text = {};  // of one that is not there, with its name
};

// The time is that of the slowest of them: to end, and then to come up.
Arrival Core::State::arrival_of(std::vector<ProcessName> coming, std::vector<ProcessName> leaving,
                                uint32_t wait, LaunchId from) const {
  Nanos boot{}, grace{};
  for (auto* names : {&coming, &leaving})
    for (auto& name : *names) {
      const auto p = table.all().find(name);
      const bool ends = p != table.all().end() && (from > 0 || is_going_down(p->second));
      if (ends) grace = std::max(grace, driver.grace_of(p->second));
      boot = std::max(boot, driver.boot_time_of(name.type));
    }
  const Nanos usual = std::min(boot, longest_boot) + grace;
  const Nanos asked = std::chrono::seconds(std::min(wait, a_year));
  Arrival arrival{std::move(coming), std::move(leaving), from};
  arrival.until = out.now().mono + (wait > 0 ? asked : usual);
  return arrival;
}

// No process is to be launched anew; then it may be that the same was said before, to a supervisor
// that was killed, and is still being done.
Arrival Core::State::arrival_of_release(LaunchId from, uint32_t wait) const {
  std::vector<ProcessName> coming;
  for (auto& [name, p] : table.all()) {
    const bool rests = p.wish == Wish::rest || p.wish == Wish::finish;
    const bool goes_on = p.turn != Turn::none || p.wish == Wish::restart ||
                         (p.state == ProcessState::starting && p.crashes == 0);
    if (includes(formation, name) && !p.one_off && !rests && (from > 0 || goes_on))
      coming.push_back(name);
  }
  Arrival arrival = arrival_of(std::move(coming), {}, wait, from);
  arrival.release = releases.current().number;
  return arrival;
}

Core::State::Whereabouts Core::State::whereabouts_of_coming(const Process& p,
                                                            const Arrival& arrival) const {
  using enum ProcessState;
  const auto told = [&] { return p.name.text() + ' ' + how_it_is(p, driver, out.now().mono); };
  const bool is_launched = !p.launch || *p.launch >= arrival.from;
  if (p.wish == Wish::rest) return {Whereabouts::is_not_to, p.name.text() + " was stopped"};
  if (p.wish == Wish::finish) return {};
  if (p.turn == Turn::waiting && arrival.release)
    return {Whereabouts::on_its_way, p.name.text() + " waits for its turn"};
  if (p.state == up && !is_launched)
    return p.turn == Turn::none
               ? Whereabouts{Whereabouts::is_not_to, p.name.text() + " stays as it was"}
               : Whereabouts{Whereabouts::on_its_way, p.name.text() + " waits for its turn"};
  if (p.state == up && p.trouble.empty()) return {};
  const bool too_late = p.state == crashed && p.deadline && *p.deadline >= arrival.until;
  const bool in_vain = p.state == ProcessState::waiting && driver.waits_in_vain(p);
  if (p.state == up || p.state == failed || too_late || in_vain)
    return {Whereabouts::will_not_come, told()};
  return {Whereabouts::on_its_way, told()};
}

Core::State::Whereabouts Core::State::whereabouts_of(const Arrival& arrival, size_t which) const {
  const bool comes = which < arrival.coming.size();
  const ProcessName& name =
      comes ? arrival.coming[which] : arrival.leaving[which - arrival.coming.size()];
  const auto found = table.all().find(name);
  const Process* p = found == table.all().end() ? nullptr : &found->second;
  if (comes != includes(formation, name))
    return {Whereabouts::is_not_to, name.text() + (comes ? " was stopped" : " was started again")};
  if (comes)
    return p ? whereabouts_of_coming(*p, arrival) : Whereabouts{Whereabouts::on_its_way, {}};
  if (!p) return {};
  return {Whereabouts::on_its_way, name.text() + ' ' + how_it_is(*p, driver, out.now().mono)};
}

Waiting::Outlook Core::State::outlook_of(Arrival& arrival, bool reported) const {
  if (phase != Phase::running) return {true, RefusedReply{Refusal::no, "muster is shutting down"}};
  if (arrival.release) {
    const Release* release = releases.find(*arrival.release);
    const bool taken_back = trial && trial->release == *arrival.release && !trial->failure.empty();
    if (const std::string& why = taken_back ? trial->failure
                                 : release  ? release->failure
                                            : "";
        !why.empty())
      return {true, RefusedReply{Refusal::no,
                                 fmt::format("v{} did not come up: {}; muster goes back to what "
                                             "was there before",
                                             *arrival.release, why)}};
  }
  const Waiting::Outlook so_far = reported ? outlook_of_processes(arrival) : Waiting::Outlook{};
  const bool is_late = out.now().mono >= arrival.until;
  return so_far.is_over || !is_late ? so_far : Waiting::Outlook{true, refusal_of(arrival)};
}

Waiting::Outlook Core::State::outlook_of_processes(Arrival& arrival) const {
  const size_t all = arrival.coming.size() + arrival.leaving.size();
  while (arrival.in_a_row < all) {
    const auto how = whereabouts_of(arrival, arrival.at).how;
    if (how == Whereabouts::is_not_to) return {true, refusal_of(arrival)};
    if (how == Whereabouts::on_its_way) {
      arrival.in_a_row = 0;
      return {};
    }
    arrival.in_a_row++;
    arrival.at = (arrival.at + 1) % all;
  }
  for (size_t which = 0; which < all; which++)
    if (whereabouts_of(arrival, which).how != Whereabouts::there)
      return {true, refusal_of(arrival)};
  arrival.in_a_row = 0;
  const bool is_on_trial = arrival.release && trial && trial->release == *arrival.release;
  return {!is_on_trial, {}};
}

// Each that is not there, and why. Where another request wants it otherwise, more time is of no
// use.
RefusedReply Core::State::refusal_of(const Arrival& arrival) const {
  std::vector<std::string> told;
  size_t more = 0;
  Refusal refusal = Refusal::late;
  for (size_t which = 0; which < arrival.coming.size() + arrival.leaving.size(); which++) {
    auto whereabouts = whereabouts_of(arrival, which);
    if (whereabouts.how == Whereabouts::there) continue;
    if (whereabouts.how == Whereabouts::is_not_to) refusal = Refusal::no;
    if (told.size() < most_told)
      told.push_back(std::move(whereabouts.text));
    else
      more++;
  }
  if (more > 0) told.push_back(fmt::format("and {} more", more));
  if (told.empty() && arrival.release)
    told.push_back(fmt::format("v{} is still on trial", *arrival.release));
  if (told.empty()) told.emplace_back("not all have been launched");
  return {refusal, listing(told, "; "), {}};
}

}  // namespace muster
