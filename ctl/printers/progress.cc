// See progress.h.
#include "ctl/printers/progress.h"

#include <fmt/format.h>

#include "ctl/printers/text.h"

namespace muster {

std::vector<std::string> progress_heads(std::string_view doing,
                                        const std::vector<std::string>& names) {
  if (names.empty()) return {fmt::format("{} processes... ", doing)};
  std::vector<std::string> heads;
  for (auto& name : names) {
    const bool is_process = name.find('.') != name.npos;
    heads.push_back(fmt::format("{} {} {}... ", doing, terminal_safe(name),
                                is_process ? "process" : "processes"));
  }
  return heads;
}

}  // namespace muster
