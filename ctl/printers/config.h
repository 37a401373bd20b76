// The config vars as a table, for a shell, or as JSON. A text that is printed for a shell can be
// read by it again, whatever the values hold.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace muster {

using ConfigVars = std::map<std::string, std::string>;

// `=== shop Config Vars`, then `KEY:  VALUE` with the values below each other.
std::string config_table(std::string_view app, const ConfigVars& vars);
// `KEY: VALUE`, without a head.
std::string config_lines(const ConfigVars& vars);
std::string config_shell(const ConfigVars& vars);
std::string config_json(const ConfigVars& vars);

}  // namespace muster
