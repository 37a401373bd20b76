// See settings.h.
#include "daemon/config/settings.h"

#include <cstring>

namespace muster {

std::string name_of(Signal signal) {
  const char* name = sigabbrev_np(signal.number);
  return name ? std::string("SIG") + name : "signal " + std::to_string(signal.number);
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
