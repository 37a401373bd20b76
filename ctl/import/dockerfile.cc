// See dockerfile.h.
#include "ctl/import/dockerfile.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <vector>

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

// FROM [--platform=X] IMAGE [AS NAME]: the stages by name, as they are so far.
class Stages {
 public:
  void begin(std::string_view words) {
    kept_[name_] = command;
    std::vector<std::string> parts;
    for (std::istringstream rest{std::string(words)}; rest >> parts.emplace_back();) {
    }
    parts.pop_back();
    if (!parts.empty() && parts.front().starts_with("--")) parts.erase(parts.begin());
    const std::string image = parts.empty() ? "" : parts.front();
    const auto base = kept_.find(image);
    command = base == kept_.end() ? DockerCommand() : base->second;
    name_ = parts.size() == 3 ? parts[2] : "";
  }
  const std::string& name() const { return name_; }

  DockerCommand command;

 private:
  std::string name_;
  std::map<std::string, DockerCommand> kept_;
};

}  // namespace

DockerCommand command_of_dockerfile(std::string_view text, std::string_view target) {
  Stages stages;
  DockerCommand& made = stages.command;
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
    if (name == "FROM" && !target.empty() && stages.name() == target) return made;
    if (name == "FROM") stages.begin(words);
    if (name == "ENTRYPOINT") made = {line_of_instruction(words), ""};
    if (name == "CMD") made.command = line_of_instruction(words);
    whole.clear();
  }
  return made;
}

}  // namespace muster
