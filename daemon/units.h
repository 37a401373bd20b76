// The units of systemd for the apps of /etc/muster, as systemd asks for them through a generator:
// at boot and at `systemctl daemon-reload`. The unit muster@APP itself is a file of the package.
#pragma once

#include <string>

#include "base/result.h"
#include "daemon/config/machine_app.h"

namespace muster {

// The part of muster@APP.service that an app's file says otherwise. `program` is musterd's path.
std::string unit_part_of(const MachineApp& app, const std::string& program);

// Writes DIRECTORY/muster@APP.service.d/50-app.conf for each app that has a file. A file that
// cannot be taken is told to stderr, where systemd puts it into its journal, and the other apps
// have theirs.
Result<> write_units(const std::string& directory);

}  // namespace muster
