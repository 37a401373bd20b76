// See dockerfile.h.
#include "ctl/import/dockerfile.h"

#include <algorithm>

#include "ctl/import/shell_text.h"
#include "ctl/import/tree.h"
#include "ctl/import/tree_values.h"
#include "daemon/config/text_lines.h"

namespace muster {
namespace {

// ["a", "b"] is no shell's, anything else is.
std::string line_of_instruction(std::string_view words) {
  if (!words.starts_with('[')) return line_of_script(words);
  const auto list = parse_tree(words, "");
  if (!list || !list->is_list()) return line_of_script(words);
  auto parts = words_in(*list);
  return parts ? line_of_shell(*parts) : std::string();
}

}  // namespace

DockerCommand command_of_dockerfile(std::string_view text) {
  DockerCommand made;
  std::string whole;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    line = trim(line);
    if (line.starts_with('#') || (line.empty() && whole.empty())) continue;
    whole += line;
    if (whole.ends_with('\\')) {
      whole.back() = ' ';
      continue;
    }
    const size_t blank = std::min(whole.find_first_of(" \t"), whole.size());
    std::string name = whole.substr(0, blank);
    for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    const std::string_view words = trim(std::string_view(whole).substr(blank));
    if (name == "FROM") made = {};
    if (name == "ENTRYPOINT") made = {line_of_instruction(words), ""};
    if (name == "CMD") made.command = line_of_instruction(words);
    whole.clear();
  }
  return made;
}

}  // namespace muster
