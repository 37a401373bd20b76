// See settings.h.
#include "daemon/config/settings.h"

#include <algorithm>
#include <cstring>
#include <tuple>

#include "daemon/config/settings_keys.h"

namespace muster {

std::string name_of(Signal signal) {
  const char* name = sigabbrev_np(signal.number);
  return name ? std::string("SIG") + name : "signal " + std::to_string(signal.number);
}

std::string_view name_of(Readiness::Kind kind) {
  switch (kind) {
    case Readiness::Kind::none:
      return "none";
    case Readiness::Kind::port:
      return "port";
    case Readiness::Kind::notify:
      return "notify";
    case Readiness::Kind::delay:
      return "delay";
    case Readiness::Kind::exec:
      return "exec";
    case Readiness::Kind::http:
      return "http";
    case Readiness::Kind::log:
      return "log";
    case Readiness::Kind::accept:
      return "accept";
  }
  return "?";
}

std::string text_of(const Readiness& readiness) {
  std::string text(name_of(readiness.kind));
  return readiness.what.empty() ? text : text + ':' + readiness.what;
}

Settings written_out(Settings settings, std::string_view type, const Usual& usual) {
  const auto say = [](auto& value, const auto& otherwise) {
    if (!value) value = otherwise;
  };
  const bool has_own_port = type == "web" && !settings.listen;
  say(settings.booting.ready,
      Readiness{has_own_port ? Readiness::Kind::port : Readiness::Kind::none, {}, {}});
  say(settings.stopping.grace, usual.grace);
  say(settings.restarting.backoff, usual.backoff);
  say(settings.singleton, is_singleton_by_name(type));
  say(settings.roll, RollWidth());
  Surroundings& surroundings = settings.surroundings;
  say(surroundings.umask, usual.umask);
  say(surroundings.nice, usual.nice);
  say(surroundings.nofile, usual.nofile);
  say(surroundings.core, usual.core);
  say(surroundings.oom_score, usual.oom_score);
  say(surroundings.isolate, false);
  say(surroundings.tty, false);
  std::sort(settings.env.begin(), settings.env.end());  // each name is there once
  std::sort(settings.needs.begin(), settings.needs.end(),
            [](auto& a, auto& b) { return std::tie(a.type, a.until) < std::tie(b.type, b.until); });
  return settings;
}

ChangedKeys changed_keys(const Settings& before, const Settings& after) {
  ChangedKeys changed;
  for_each_key(
      [&](Key key, auto& old_value, auto& new_value) {
        if (old_value == new_value) return;
        auto& keys = key.applies == Key::Applies::at_once ? changed.at_once : changed.at_start;
        keys.emplace_back(key.name);
      },
      before, after);
  return changed;
}

}  // namespace muster
