// The small shapes that compose.yaml, process-compose.yaml and pm2's files have in common. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ctl/import/tree.h"
#include "daemon/config/settings.h"

namespace muster {

// A map, or a list of `NAME=VALUE`; a name without a value is left to the environment.
Environment environment_in(const TreeNode& node);
// A list, or a text that is split as a shell would.
Result<std::vector<std::string>> words_in(const TreeNode& node);
// The texts of a list, or of a text alone, or the keys of a map.
std::vector<std::string> names_in(const TreeNode& node);
// "1m30s", "1.5s", "500ms", or a number of such as `unit` has seconds.
std::optional<double> seconds_in(const TreeNode& node, double unit = 1);
// "512m", "1.5gb", a number of bytes, as muster.toml has it.
std::optional<std::string> size_in(const TreeNode& node);

}  // namespace muster
