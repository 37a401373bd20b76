// Programs that foreman has exported, one per process: shop-web-1 and shop-web-2, in a group shop,
// are the type web with two processes. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ctl/import/imported.h"

namespace muster {

struct NumberedProgram {
  std::string name;    // of its type, so far
  std::string wanted;  // as its file calls it
  std::string group = {};
};

// The type that a program of the group is one process of: web of shop-web-2.
std::optional<std::string> type_in_group(const std::string& group, const std::string& program);
// True if all programs of the group are named so.
bool is_numbered(const std::string& group, const std::vector<NumberedProgram>& programs);
void join_numbered(Imported& imported, const std::vector<std::string>& groups,
                   const std::vector<NumberedProgram>& programs);

}  // namespace muster
