// See toml_bounds.h. The scanner knows comments and the four kinds of strings, which hide what
// looks like a bracket or a dot; it agrees with the parser on every text up to its first fault.
#include "daemon/config/toml_bounds.h"

#include <fmt/format.h>
#include <algorithm>

#include "daemon/config/text_lines.h"

namespace muster {
namespace {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::optional<TomlProblem> go_through() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#')
        at_ = std::min(text_.find('\n', at_), text_.size());
      else if (c == '"' || c == '\'')
        skip_string(c);
      else if (auto problem = take(text_[at_++]))
        return problem;
    }
    return {};
  }

 private:
  std::optional<TomlProblem> take(char c) {
    if (c == '\n') line_++;
    if (c == '[' || c == '{') depth_++;
    if ((c == ']' || c == '}') && depth_ > 0) depth_--;
    if (c == '.')
      dots_++;
    else if (std::string_view("\n=,[]{}").find(c) != std::string_view::npos)
      dots_ = 0;
    if (depth_ > TomlBounds::nesting)
      return TomlProblem{line_, fmt::format("it is nested more than {} deep", TomlBounds::nesting)};
    if (dots_ >= TomlBounds::key_parts)
      return TomlProblem{line_, fmt::format("a key has more than {} parts", TomlBounds::key_parts)};
    return {};
  }

  // A string that is not closed ends with its line, or with the text, and is a fault anyway.
  void skip_string(char quote) {
    const bool is_long = text_.substr(at_, 3) == std::string(3, quote);
    at_ += is_long ? 3 : 1;
    for (; at_ < text_.size(); at_++) {
      if (text_[at_] == '\n') {
        if (!is_long) return;
        line_++;
      } else if (text_[at_] == '\\' && quote == '"') {
        at_ += at_ + 1 < text_.size() && text_[at_ + 1] != '\n';
      } else if (text_[at_] == quote &&
                 (!is_long || text_.substr(at_, 3) == std::string(3, quote))) {
        at_ += is_long ? 3 : 1;
        return;
      }
    }
  }

  std::string_view text_;
  size_t at_ = 0, depth_ = 0, dots_ = 0;
  uint32_t line_ = 1;
};

std::string_view line_of(std::string_view text, uint32_t line) {
  for (; line > 1 && !text.empty(); line--)
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

bool may_be_value(std::string_view word) {
  constexpr std::string_view in_numbers = "0123456789+-_.:TZeEx";
  return word.empty() || std::string_view("\"'[{").find(word.front()) != word.npos ||
         word == "true" || word == "false" || word == "inf" || word == "nan" ||
         (word.find_first_not_of(in_numbers) == word.npos && !word.starts_with('0'));
}

}  // namespace

std::optional<TomlProblem> beyond_bounds(std::string_view text) {
  return Scanner(text).go_through();
}

std::optional<std::string> lack_of_quotes(std::string_view text, uint32_t line) {
  constexpr size_t longest = 200;
  std::string_view rest = line_of(text, line);
  if (rest.size() > longest) return {};
  for (size_t equals = rest.find('='); equals != rest.npos; equals = rest.find('=')) {
    const std::string_view before = trim(rest.substr(0, equals));
    const std::string_view key = before.substr(before.find_last_of(" \t{,") + 1);
    rest.remove_prefix(equals + 1);
    const bool is_inside = before.find('{') != before.npos || before.find(',') != before.npos;
    const std::string_view value =
        trim(rest.substr(0, rest.find_first_of(is_inside ? "#,}" : "#")));
    if (may_be_value(value) || key.empty() || value.find_first_of("\"\\=") != value.npos) continue;
    return fmt::format("{}: a text must stand in quotes: {} = \"{}\"", key, key, value);
  }
  return {};
}

}  // namespace muster
