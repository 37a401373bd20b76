// See settings.h.
#include "daemon/config/settings.h"

#include <cstring>

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
  }
  return "?";
}

std::string text_of(const Readiness& readiness) {
  std::string text(name_of(readiness.kind));
  return readiness.what.empty() ? text : text + ':' + readiness.what;
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
