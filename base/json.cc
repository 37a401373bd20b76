// See json.h. The dump escapes control characters below a space; the others begin with a byte above
// '~', so that most texts are done after one look.
#include "base/json.h"

#include <fmt/format.h>
#include <algorithm>
#include <cstdint>

#include "base/terminal_text.h"

namespace muster {

std::string text_of(const Json& json, int indent) {
  std::string text = json.dump(indent, ' ', false, Json::error_handler_t::replace);
  const auto is_plain = [](char c) { return static_cast<unsigned char>(c) <= '~'; };
  if (std::all_of(text.begin(), text.end(), is_plain)) return text;
  std::string safe;
  safe.reserve(text.size());
  std::string_view rest = text;
  while (!rest.empty()) {
    const Utf8Character c = first_character(rest);
    if (c.bytes == 0 || c.code == '\n' || is_terminal_safe(c.code))
      safe += rest.substr(0, std::max<size_t>(c.bytes, 1));
    else
      fmt::format_to(std::back_inserter(safe), "\\u{:04x}", c.code);
    rest.remove_prefix(std::max<size_t>(c.bytes, 1));
  }
  return safe;
}

std::string base64(std::string_view bytes) {
  constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t have = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = 0;
    for (size_t j = 0; j < 3; ++j)
      group = group << 8 | (j < have ? static_cast<uint8_t>(bytes[i + j]) : 0);
    for (size_t j = 0; j < 4; ++j) out += j <= have ? digits[group >> (18 - 6 * j) & 0x3F] : '=';
  }
  return out;
}

}  // namespace muster
