// See json.h. The dump escapes control characters below a space; the others begin with a byte above
// '~', so that most texts are done after one look.
#include "ctl/printers/json.h"

#include <fmt/format.h>
#include <algorithm>

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

}  // namespace muster
