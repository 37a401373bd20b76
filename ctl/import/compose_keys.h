// The keys of a service in a compose.yaml that are one key of muster.toml, or none. Pure.
#pragma once

#include <string>

#include "ctl/import/imported.h"
#include "ctl/import/tree.h"

namespace muster {

void take_service_key(Imported& imported, ImportedType& type, const TreeField& field);

// A probe of compose's kind, "CMD-SHELL" and so on, as a command of a shell; empty: there is none.
std::string command_of_test(const TreeNode& test);

}  // namespace muster
