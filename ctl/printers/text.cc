// See text.h.
#include "ctl/printers/text.h"

#include <fmt/format.h>
#include <algorithm>
#include <cstdint>

#include "base/terminal_text.h"

namespace muster {

std::string terminal_safe(std::string_view text) {
  std::string out;
  append_terminal_safe(text, out);
  return out;
}

std::string cut_to(std::string_view text, size_t most) {
  constexpr std::string_view dots = "..";
  size_t characters = 0, kept = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<uint8_t>(text[i]) & 0xC0) != 0x80;
    if (begins && characters == most - dots.size()) kept = i;
    characters += begins;
  }
  if (characters <= most) return std::string(text);
  return std::string(text.substr(0, kept)).append(dots);
}

std::string shell_word(std::string_view text) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./:@%+,=").find(c) != std::string_view::npos;
  };
  if (std::all_of(text.begin(), text.end(), is_plain)) return std::string(text);
  std::string word = "'";
  for (char c : text) word += c == '\'' ? "'\\''" : std::string(1, c);
  return word + "'";
}

// `512 B`, `1.5 KiB`, `64.0 MiB`.
std::string format_size(uint64_t bytes) {
  constexpr const char* units[] = {"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double size = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  for (; size >= 1023.95 && unit + 1 < std::size(units); ++unit) size /= 1024;
  return fmt::format("{:.1f} {}", size, units[unit]);
}

}  // namespace muster
