// Text of unknown origin, made safe for a terminal: what could move the cursor, change colours or
// forge a line is shown instead.
#pragma once

#include <string>
#include <string_view>

namespace muster {

bool is_utf8(std::string_view text);

// Appends `text` to `out` with every control character and every byte that is not valid UTF-8
// written as `\xHH`. Tabs stay; so do printable characters of all scripts, except those that
// reorder text (U+202A..E, U+2066..9) and the line separators.
void append_terminal_safe(std::string_view text, std::string& out);

}  // namespace muster
