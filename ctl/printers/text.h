// Small changes to text that comes from elsewhere, for where it is shown: a table, JSON.
#pragma once

#include <string>
#include <string_view>

namespace muster {

// As append_terminal_safe: what could move the cursor or forge a line is shown instead.
std::string terminal_safe(std::string_view text);

// `text`, or where it has more than `most` characters the first `most - 2` and "..".
std::string cut_to(std::string_view text, size_t most);

// As a shell reads it again: in quotes where it must be.
std::string shell_word(std::string_view text);

// "512 B", "1.5 MiB".
std::string format_size(uint64_t bytes);

}  // namespace muster
