// The text of muster.toml to the settings of an app's types. Pure: reads no file. Strict where the
// Procfile is lenient: everything that cannot be taken as written is an error, and left out.
//
// The file has a table [app] of defaults for every type, and one table per type. In the table of a
// type a key stands for the default's, and `env` is added to the default's variable by variable.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/model.h"

namespace muster {

// By line.
struct SettingsComplaints {
  std::vector<Complaint> errors;
  std::vector<Complaint> warnings;  // what was taken, and means nothing
};

// Fills in the settings of the model's types, and those of what is of no type. `file` is what the
// complaints call it.
SettingsComplaints take_settings(std::string_view text, const std::string& file, AppModel& model);

}  // namespace muster
