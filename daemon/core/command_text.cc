// See command_text.h.
#include "daemon/core/command_text.h"

namespace muster {
namespace {

bool is_name_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

bool is_harmless(char c) {
  return is_name_char(c) || std::string_view("%+,-./:@").find(c) != std::string_view::npos;
}

}  // namespace

std::string shell_quoted(std::string_view word) {
  bool harmless = !word.empty();
  for (char c : word) harmless = harmless && is_harmless(c);
  if (harmless) return std::string(word);
  std::string text = "'";
  for (char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

std::string shell_quoted(const std::vector<std::string>& words) {
  std::string text;
  for (auto& word : words) text += (text.empty() ? "" : " ") + shell_quoted(word);
  return text;
}

std::string with_port(std::string_view command, std::optional<uint32_t> port) {
  if (!port) return std::string(command);
  constexpr std::string_view plain = "$PORT", braced = "${PORT}";
  std::string text;
  for (size_t i = 0; i < command.size();) {
    const std::string_view rest = command.substr(i);
    if (rest.starts_with(braced)) {
      text += std::to_string(*port);
      i += braced.size();
    } else if (rest.starts_with(plain) &&
               (rest.size() == plain.size() || !is_name_char(rest[plain.size()]))) {
      text += std::to_string(*port);
      i += plain.size();
    } else {
      text += command[i++];
    }
  }
  return text;
}

}  // namespace muster
