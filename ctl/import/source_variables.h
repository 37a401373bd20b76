// The variables that a file's `${NAME}` may mean: of the environment that it is imported in, and of
// the .env beside it. Keeps: a variable that there is not is told once.
#pragma once

#include <set>
#include <string>

#include "ctl/import/imported.h"
#include "ctl/import/tree.h"
#include "daemon/config/env_file.h"

namespace muster {

class SourceVariables {
 public:
  // Both outlive it. Notes of what there is not go to `imported`.
  SourceVariables(const ImportSource& source, Imported& imported);

  // Replaces them in all values of the tree.
  Result<> fill_in(TreeNode& tree);

 private:
  std::optional<std::string> value_of(const std::string& name) const;

  const ImportSource& source_;
  Imported& imported_;
  Environment dot_env_;
  std::set<std::string> unset_;
};

}  // namespace muster
