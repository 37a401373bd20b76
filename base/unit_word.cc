// See unit_word.h.
#include "base/unit_word.h"

namespace muster {
namespace {

std::string quoted(std::string_view text, bool is_of_command) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (c == '\n')
      out += "\\n";
    else if (c == '%')
      out += "%%";
    else if (c == '$' && is_of_command)
      out += "$$";
    else
      out += c;
  }
  return out + '"';
}

}  // namespace

std::string unit_command_word(std::string_view text) { return quoted(text, true); }

std::string unit_word(std::string_view text) { return quoted(text, false); }

std::string unit_path(std::string_view path) {
  std::string out;
  for (const char c : path) out += c == '%' ? "%%" : std::string(1, c);
  return out;
}

}  // namespace muster
