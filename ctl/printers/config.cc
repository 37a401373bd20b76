// See config.h.
#include "ctl/printers/config.h"

#include <fmt/format.h>
#include <algorithm>

#include "base/json.h"
#include "ctl/printers/text.h"

namespace muster {

std::string config_lines(const ConfigVars& vars) {
  size_t longest = 0;
  for (auto& [name, value] : vars) longest = std::max(longest, name.size());
  std::string text;
  for (auto& [name, value] : vars)
    text += fmt::format("{:<{}} {}\n", name + ":", longest + 1, terminal_safe(value));
  return text;
}

std::string config_table(std::string_view app, const ConfigVars& vars) {
  return fmt::format("=== {} Config Vars\n{}", app, config_lines(vars));
}

std::string config_shell(const ConfigVars& vars) {
  std::string text;
  for (auto& [name, value] : vars) text += fmt::format("{}={}\n", name, shell_word(value));
  return text;
}

std::string config_json(const ConfigVars& vars) {
  Json object = Json::object();
  for (auto& [name, value] : vars) object[name] = value;
  return text_of(object, 2) + "\n";
}

}  // namespace muster
