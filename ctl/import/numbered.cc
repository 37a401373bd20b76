// See numbered.h.
#include "ctl/import/numbered.h"

#include <algorithm>

namespace muster {
namespace {

void join_program(Imported& imported, const std::string& group, const NumberedProgram& program) {
  auto& types = imported.types;
  const auto named = [&types](const std::string& name) {
    return std::find_if(types.begin(), types.end(), [&](auto& type) { return type.name == name; });
  };
  const auto own = named(program.name);
  if (own == types.end()) return;
  // Muster gives each process a port as foreman does.
  std::erase_if(own->env, [](auto& pair) { return pair.first == "PORT"; });
  const std::string name = *type_in_group(group, program.wanted);
  const auto joined = named(name);
  if (joined == types.end()) {
    own->name = imported.free_name(name, 0);
    own->gets_port = true;
  } else if (joined->command == own->command) {
    joined->count += own->count;
    types.erase(own);
  }
}

}  // namespace

std::optional<std::string> type_in_group(const std::string& group, const std::string& program) {
  const size_t dash = program.rfind('-');
  if (!program.starts_with(group + '-') || dash <= group.size()) return {};
  const std::string number = program.substr(dash + 1);
  if (number.empty() || number.find_first_not_of("0123456789") != number.npos) return {};
  return program.substr(group.size() + 1, dash - group.size() - 1);
}

bool is_numbered(const std::string& group, const std::vector<NumberedProgram>& programs) {
  bool has_members = false;
  for (auto& program : programs) {
    if (program.group != group) continue;
    if (!type_in_group(group, program.wanted)) return false;
    has_members = true;
  }
  return has_members;
}

void join_numbered(Imported& imported, const std::vector<std::string>& groups,
                   const std::vector<NumberedProgram>& programs) {
  for (auto& group : groups) {
    if (!is_numbered(group, programs)) continue;
    for (auto& program : programs)
      if (program.group == group) join_program(imported, group, program);
  }
}

}  // namespace muster
