// See source_variables.h.
#include "ctl/import/source_variables.h"

#include <fmt/format.h>

#include "ctl/import/interpolation.h"

namespace muster {

SourceVariables::SourceVariables(const ImportSource& source, Imported& imported)
    : source_(source), imported_(imported) {
  if (!source.files) return;
  for (auto& found : source.files(".env")) dot_env_ = parse_env_file(found.text, ".env").env;
}

Result<> SourceVariables::fill_in(TreeNode& tree) {
  return interpolate(
      tree, source_.file, [this](auto& name) { return value_of(name); },
      [this](auto& name, uint32_t line) {
        if (unset_.insert(name).second)
          imported_.note(line, fmt::format("the variable {} is not set", name));
      });
}

std::optional<std::string> SourceVariables::value_of(const std::string& name) const {
  if (source_.variable)
    if (auto value = source_.variable(name)) return value;
  for (auto& [known, value] : dot_env_)
    if (known == name) return value;
  return {};
}

}  // namespace muster
