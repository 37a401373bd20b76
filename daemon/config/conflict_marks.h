// The marks that git leaves in a file where two sides have changed the same lines. Pure. A file
// with them is both sides at once, so it is not to be read as either.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace muster {

struct ConflictMark {
  uint32_t line;
  std::string text;  // of the line, "<<<<<<< HEAD"
};

enum class LoneEquals : uint8_t {
  is_mark,  // such a line means nothing in the file
  is_text,  // it may underline a heading in a text of several lines
};

// The first of them. A line of seven `=` is one where `lone` says so.
std::optional<ConflictMark> conflict_mark(std::string_view text, LoneEquals lone);

}  // namespace muster
