// An app of the machine: what its administrator has said of it in /etc/muster/APP.toml, and without
// such a file the places that the unit muster@APP has. The unit is made after it, and ctl finds the
// daemon by it. Only reads. Keeps: the unit and ctl are told the same.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace muster {

struct MachineApp {
  std::string name;
  std::string file = {};       // empty: there is none, and all is as the unit has it by itself
  std::string directory = {};  // of the app
  std::string user = {};
  std::string home = {};                  // the MUSTER_HOME of its daemon
  std::vector<std::string> options = {};  // of musterd, beside those of the unit
};

// As the unit has it by itself.
MachineApp usual_machine_app(const std::string& name);

// Pure. An error says FILE:LINE and what is to be written there.
Result<MachineApp> parse_machine_app(std::string_view text, const std::string& name,
                                     const std::string& file);

// The app of that name, if the machine has one: there is a file for it, or the state directory that
// systemd makes for its unit. An error if the file cannot be taken.
Result<std::optional<MachineApp>> find_machine_app(const std::string& name);

// The names of all that have either, sorted.
std::vector<std::string> machine_app_names();

}  // namespace muster
