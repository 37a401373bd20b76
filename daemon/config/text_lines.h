// The lines of a small text file, and the few questions that its parsers ask of them. Knows no
// format.
#pragma once

#include <string_view>

namespace muster {

inline constexpr std::string_view blanks = " \t\v\f";

inline std::string_view trim(std::string_view text) {
  size_t first = text.find_first_not_of(blanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// The text behind one byte order mark, if it begins with one.
inline std::string_view without_bom(std::string_view text) {
  constexpr std::string_view bom = "\xEF\xBB\xBF";
  return text.starts_with(bom) ? text.substr(bom.size()) : text;
}

inline bool is_blank_or_comment(std::string_view line) {
  std::string_view rest = trim(line);
  return rest.empty() || rest.front() == '#';
}

}  // namespace muster
