// The unit by which systemd starts an app at boot. It lies in the app's state directory, and
// systemd is given its path, so that it goes with the app.
#pragma once

#include <string>

#include "base/result.h"
#include "proto/endpoints.h"

namespace muster {

// Whether systemd runs here, for this user.
bool systemd_runs();

std::string boot_unit_file(const Endpoints& endpoints);
// How the app is started by hand, as words of a shell.
std::string start_command(const Endpoints& endpoints, const std::string& directory);

Result<> write_boot_unit(const Endpoints& endpoints, const std::string& directory);
// It is nothing where there is none.
Result<> remove_boot_unit(const Endpoints& endpoints);

}  // namespace muster
