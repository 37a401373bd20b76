// The checks that need the whole of a muster.toml: values that exclude each other, between keys and
// between types, and keys that are written where they mean nothing. Reads no file; fills in
// nothing, but takes out of the model what can never be.
#pragma once

#include <functional>
#include <string>

#include "daemon/config/model.h"
#include "daemon/config/settings_nodes.h"

namespace muster {

struct Findings {
  std::function<void(const toml::source_region&, std::string)> error, warning;
};
// `file` is what the model's settings were taken from.
void check_settings(const toml::table& file, AppModel& model, const Findings& findings);

}  // namespace muster
