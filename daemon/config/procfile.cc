// See procfile.h. The rule for a line is `^\s*([A-Za-z0-9_-]+):\s*(.*?)\s*$` with a command.
#include "daemon/config/procfile.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/result.h"
#include "daemon/config/text_lines.h"
#include "proto/limits.h"
#include "proto/process_name.h"

namespace muster {
namespace {

constexpr std::string_view name_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

constexpr size_t shown_of_a_name = 20;

class ProcfileParser {
 public:
  explicit ProcfileParser(const std::string& file) : file_(file) {}

  void take(std::string_view line) {
    ++line_;
    if (is_blank_or_comment(line)) return;
    if (line.find('\0') != line.npos) return complain("it holds a NUL byte; the line is ignored");
    line = trim(line);
    size_t colon = line.find_first_not_of(name_characters);
    if (colon == 0 || colon == line.npos || line[colon] != ':')
      return complain("not of the form 'name: command'; the line is ignored");
    define(line.substr(0, colon), trim(line.substr(colon + 1)));
  }

  ParsedProcfile result() && { return std::move(parsed_); }

 private:
  void define(std::string_view name, std::string_view command) {
    if (name.size() > limits::type_name)
      return refuse(
          fmt::format("the name '{}...' has {} characters; a process type's has at most {}",
                      name.substr(0, shown_of_a_name), name.size(), limits::type_name));
    if (name == one_off_type)
      return complain("'run' is reserved for one-off processes; the line is ignored");
    if (command.empty())
      return complain(fmt::format("'{}' has no command; the line is ignored", name));
    auto [seen, is_new] = seen_.try_emplace(std::string(name), Seen{parsed_.types.size(), line_});
    if (is_new) {
      parsed_.types.push_back({std::string(name), std::string(command)});
      return;
    }
    complain(fmt::format("'{}' was defined on line {} already; this line replaces it", name,
                         seen->second.line));
    parsed_.types[seen->second.index].command = command;
    seen->second.line = line_;
  }

  void refuse(std::string message) { parsed_.errors.push_back({file_, line_, std::move(message)}); }
  void complain(std::string message) {
    add_complaint(parsed_.complaints, {file_, line_, std::move(message)});
  }

  struct Seen {
    size_t index;
    uint32_t line;
  };
  const std::string& file_;
  uint32_t line_ = 0;
  std::unordered_map<std::string, Seen> seen_;
  ParsedProcfile parsed_;
};

}  // namespace

ParsedProcfile parse_procfile(std::string_view text, const std::string& file) {
  ProcfileParser parser(file);
  text = without_bom(text);
  while (!text.empty()) {
    size_t end = std::min(text.find_first_of("\r\n"), text.size());
    parser.take(text.substr(0, end));
    text.remove_prefix(end);
    if (text.starts_with("\r\n"))
      text.remove_prefix(2);
    else if (!text.empty())
      text.remove_prefix(1);
  }
  return std::move(parser).result();
}

}  // namespace muster
