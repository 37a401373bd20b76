// Doubts about an app's files that only the machine can raise: users, groups and directories that
// are not here, and programs that will not take the socket that they get. Warnings only: the files
// may be those of another machine.
#pragma once

#include <string>
#include <vector>

#include "daemon/config/model.h"

namespace muster {

bool is_number(const std::string& text);

std::vector<Complaint> doubts_here(const AppModel& model, const std::string& app_directory);

}  // namespace muster
