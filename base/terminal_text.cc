// See terminal_text.h.
#include "base/terminal_text.h"

#include <fmt/format.h>

namespace muster {

Utf8Character first_character(std::string_view text) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < bytes) return {};
  uint32_t code = first & (0xFF >> (bytes + 1));
  for (size_t i = 1; i < bytes; i++) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3F);
  }
  constexpr uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < least[bytes] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
  return {code, bytes};
}

bool is_terminal_safe(uint32_t code) {
  if (code == '\t') return true;
  if (code < 0x20 || (code >= 0x7F && code < 0xA0)) return false;
  if (code == 0x2028 || code == 0x2029) return false;
  return !((code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069));
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    Utf8Character c = first_character(text);
    if (c.bytes == 0) return false;
    text.remove_prefix(c.bytes);
  }
  return true;
}

void append_terminal_safe(std::string_view text, std::string& out) {
  while (!text.empty()) {
    Utf8Character c = first_character(text);
    size_t taken = c.bytes == 0 ? 1 : c.bytes;
    if (c.bytes != 0 && is_terminal_safe(c.code)) {
      out.append(text.substr(0, taken));
    } else {
      for (char raw : text.substr(0, taken))
        fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(raw));
    }
    text.remove_prefix(taken);
  }
}

void append_terminal_safe_lines(std::string_view text, std::string& out) {
  for (size_t end = text.find('\n'); end != text.npos; end = text.find('\n')) {
    append_terminal_safe(text.substr(0, end), out);
    out += '\n';
    text.remove_prefix(end + 1);
  }
  append_terminal_safe(text, out);
}

}  // namespace muster
