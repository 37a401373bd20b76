// See driver.h. Here: a process that is up stays so for as long as it gives signs of life, if its
// type has a watchdog, and until it is old. One-offs have until their time is over, or until one
// that was hung up on has not ended by itself.
#include "daemon/core/driver.h"
#include "daemon/core/texts.h"

namespace muster {
namespace {

// A deadline that is told of so late says that we have slept ourselves, and it is not known which
// process was silent.
constexpr Nanos our_own_sleep = 1s;

// Those that were launched together are not to be restarted together: an eighth more at most, by
// the launch's number, so that it is the same at each look.
Nanos spread(Nanos age, LaunchId launch) {
  constexpr uint64_t golden = 0x9E3779B97F4A7C15U, parts = 1024;
  return age / 8 / parts * static_cast<int64_t>((launch * golden) >> 54);
}

}  // namespace

std::optional<Nanos> Driver::watchdog_of(const Process& p) const {
  const Settings* settings = p.one_off ? nullptr : settings_of(p);
  if (!settings || !settings->watching.watchdog) return {};
  return settings->watching.watchdog->length;
}

std::optional<MonoTime> Driver::silent_from(const Process& p) const {
  const auto silence = watchdog_of(p);
  return silence ? std::optional(p.alive_at + *silence) : std::nullopt;
}

// A process that is not to be launched again anyway does not get old.
std::optional<MonoTime> Driver::old_from(const Process& p) const {
  if (p.one_off) {
    const auto& timeout = p.one_off->limits.timeout;
    return timeout ? std::optional(p.since.mono + *timeout) : std::nullopt;
  }
  const Settings* settings = p.wish != Wish::run ? nullptr : settings_of(p);
  if (!settings || !settings->watching.max_age) return {};
  const Nanos age = settings->watching.max_age->length;
  return std::max(p.since.mono + age + spread(age, *p.launch), p.spared_until);
}

void Driver::keep_watch(Process& p) {
  if (p.state != ProcessState::up || (p.one_off && p.one_off->hung_up)) return;
  const auto silent = silent_from(p);
  const auto old = p.turn == Turn::none ? old_from(p) : std::nullopt;
  table_.set_deadline(p, silent && old ? std::min(*silent, *old) : silent ? silent : old);
}

void Driver::keep_watch_anew(Process& p) {
  p.alive_at = out_.now().mono;
  keep_watch(p);
}

// One-offs have a time of their own, and no client that asks for them.
void Driver::watch_over(const Process& p) {
  const Settings* settings = p.one_off ? nullptr : settings_of(p);
  if (!settings || p.state != ProcessState::up) return;
  const auto& [sources, watchdog, max_age, health, max_memory] = settings->watching;
  WatchOver wanted{*p.launch, health, port_of(p).value_or(0), {}};
  if (max_memory) wanted.max_memory = max_memory->count;
  out_.add(std::move(wanted));
}

void Driver::on(const Unwell& event) {
  Process* p = table_.of_launch(event.launch);
  const Settings* settings = p && p->state == ProcessState::up ? settings_of(*p) : nullptr;
  if (!settings || !settings->watching.health) return;
  p->trouble = texts::unwell(event.failures, text_of(settings->watching.health->by));
  publish_error(*p, "health", p->trouble);
  step(*p, LifeEvent::hung);
}

void Driver::on(const Grown& event) {
  Process* p = table_.of_launch(event.launch);
  const bool runs = p && p->state == ProcessState::up && p->wish == Wish::run;
  const Settings* settings = runs ? settings_of(*p) : nullptr;
  if (!settings || !settings->watching.max_memory) return;
  if (p->turn != Turn::none || out_.now().mono < p->spared_until) return;
  publish(*p, RecordKind::notice,
          texts::memory_used(event.bytes, settings->watching.max_memory->count));
  publish_error(*p, "R14", texts::grown());
  wait_for_turn(*p);
}

void Driver::run_out(Process& p) {
  const MonoTime now = out_.now().mono;
  if (p.one_off) {
    if (!p.one_off->hung_up) {
      p.trouble = texts::timed_out(now - p.since.mono);
      publish(p, RecordKind::notice, p.trouble);
    }
    return step(p, LifeEvent::stop);
  }
  if (auto silent = silent_from(p); silent && *silent <= now) {
    if (now - *silent > our_own_sleep) return keep_watch_anew(p);
    publish_error(p, "watchdog", texts::silent(*watchdog_of(p)));
    return step(p, LifeEvent::hung);
  }
  if (auto old = old_from(p); old && *old <= now && p.turn == Turn::none) wait_for_turn(p);
  keep_watch(p);
}

// Several may be old or large at the same time, as after a reload: they are restarted as any others
// of their type are, so that one always serves.
void Driver::wait_for_turn(Process& p) {
  p.turn = Turn::waiting;
  types_with_turns_.insert(p.name.type);
}

void Driver::take_turn(Process& p) {
  const MonoTime now = out_.now().mono;
  const auto old = p.state == ProcessState::up ? old_from(p) : std::nullopt;
  if (old && *old <= now) publish(p, RecordKind::notice, texts::old(now - p.since.mono));
  end_turn(p);
  p.turn = Turn::taken;
  step(p, LifeEvent::restart);
}

void Driver::spare(Process& p) {
  p.spared_until = out_.now().mono + options_.backoff_reset;
  keep_watch(p);
}

}  // namespace muster
