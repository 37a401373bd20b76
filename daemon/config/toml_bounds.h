// How deep the text of a muster.toml goes, and how many parts its keys have, before it is handed to
// the parser: that makes a call on the stack for each level, here and when the tables are
// destroyed. Pure, and no parser: a text that is no TOML is told by that.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace muster {

struct TomlBounds {
  static constexpr size_t nesting = 32;   // of [ and {
  static constexpr size_t key_parts = 4;  // app.health.check has three
};

struct TomlProblem {
  uint32_t line;
  std::string message;
};
std::optional<TomlProblem> beyond_bounds(std::string_view text);

// For a line that the parser refused: the value of "grace = 5s" as it would have to be written.
// None if it lacks no quotes.
std::optional<std::string> lack_of_quotes(std::string_view text, uint32_t line);

}  // namespace muster
