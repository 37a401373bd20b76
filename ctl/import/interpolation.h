// `${NAME:-value}` and its kin in the values of a compose.yaml, as docker compose reads them. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "ctl/import/tree.h"

namespace muster {

using FindVariable = std::function<std::optional<std::string>(const std::string& name)>;
// Is called for a variable that there is not, and that has no other value.
using OnUnset = std::function<void(const std::string& name, uint32_t line)>;

// Replaces them in all values of the tree.
Result<> interpolate(TreeNode& tree, const std::string& file, const FindVariable& find,
                     const OnUnset& on_unset);

}  // namespace muster
