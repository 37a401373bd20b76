// See driver.h. Here: when a process that was started counts as up, and what happens if that takes
// too long. An edge asks the world; the time is counted here.
#include "daemon/core/driver.h"
#include "daemon/core/texts.h"

namespace muster {

using Kind = Readiness::Kind;

// One-offs are up as soon as they run, and so is a process that waits for a port and could not get
// one.
Readiness Driver::readiness_of(const Process& p) const {
  if (p.one_off) return {};
  const Settings* settings = settings_of(p);
  const bool own_port = p.name.type == "web" && !listen_of(p);
  const Kind by_name = own_port ? Kind::port : listen_of(p) ? Kind::accept : Kind::none;
  Readiness readiness =
      settings && settings->booting.ready ? *settings->booting.ready : Readiness{by_name, {}, {}};
  const bool needs_port = readiness.kind == Kind::port || readiness.kind == Kind::http;
  const bool has_none = readiness.kind == Kind::accept && !listen_of(p);
  return (needs_port && !port_of(p)) || has_none ? Readiness{} : readiness;
}

void Driver::await_ready(Process& p) {
  if (p.readiness.kind == Kind::none) return;
  const Settings* settings = settings_of(p);
  const auto timeout = settings ? settings->booting.timeout : std::nullopt;
  const bool by_itself = p.readiness.kind == Kind::delay;
  const Nanos longest = timeout.value_or(by_itself ? p.readiness.delay : options_.boot_timeout);
  arm(p, by_itself ? std::min(p.readiness.delay, longest) : longest);
  ask_for_readiness(p);
}

// A client that has waited for so long may say that it is late.
Nanos Driver::boot_time_of(const std::string& name) const {
  const ProcessType* type = types_.find(name);
  return type ? type->settings.booting.timeout.value_or(options_.boot_timeout)
              : options_.boot_timeout;
}

void Driver::ask_for_readiness(const Process& p) {
  const Kind kind = p.readiness.kind;
  if (kind == Kind::none || kind == Kind::delay || kind == Kind::notify || !p.deadline) return;
  AwaitReady wanted{*p.launch, p.readiness, port_of(p).value_or(0), *p.deadline - out_.now().mono};
  if (const ListenAddress* address = listen_of(p)) wanted.listen = *address;
  out_.add(std::move(wanted));
}

void Driver::end_boot(Process& p) {
  const Settings* settings = settings_of(p);
  const auto timeout = settings ? settings->booting.timeout : std::nullopt;
  if (p.readiness.kind == Kind::delay && p.readiness.delay <= timeout.value_or(Nanos::max()))
    return step(p, LifeEvent::ready);
  const Nanos waited = timeout.value_or(options_.boot_timeout);
  publish_error(p, "R10",
                p.readiness.kind == Kind::port && p.name.type == "web"
                    ? texts::boot_timeout(waited)
                    : texts::boot_timeout_unready(waited));
  p.trouble = texts::not_ready(waited);
  if (!p.port_note.empty()) p.trouble += ": " + p.port_note;
  step(p, timeout ? LifeEvent::hung : LifeEvent::ready);
}

}  // namespace muster
