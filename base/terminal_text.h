// Text of unknown origin, made safe for a terminal: what could move the cursor, change colours or
// forge a line is shown instead.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace muster {

struct Utf8Character {
  uint32_t code = 0;
  size_t bytes = 0;  // 0: not valid UTF-8
};
// At the start of `text`, which is not empty. Overlong forms, surrogates and codes above U+10FFFF
// are not valid.
Utf8Character first_character(std::string_view text);
// Whether it does nothing on a terminal but to stand there. A tab is; the end of a line is not.
bool is_terminal_safe(uint32_t code);

bool is_utf8(std::string_view text);

// Appends `text` to `out` with every control character and every byte that is not valid UTF-8
// written as `\xHH`. Tabs stay; so do printable characters of all scripts, except those that
// reorder text (U+202A..E, U+2066..9) and the line separators.
void append_terminal_safe(std::string_view text, std::string& out);
// The same for a text of several lines, whose ends stay.
void append_terminal_safe_lines(std::string_view text, std::string& out);

}  // namespace muster
