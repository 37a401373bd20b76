// See env_file.h.
#include "daemon/config/env_file.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/result.h"
#include "daemon/config/text_lines.h"
#include "proto/limits.h"

namespace muster {
namespace {

constexpr std::string_view key_characters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

bool is_quoted(std::string_view value, char quote) {
  return value.size() >= 2 && value.front() == quote && value.back() == quote;
}

// In two passes, as foreman does it: first `\n` becomes a newline wherever it stands, then a
// backslash before any character but a newline goes away. So `\\n` is a backslash and a newline.
std::string unescaped(std::string_view text) {
  std::string with_newlines;
  for (size_t i = 0; i < text.size(); ++i) {
    bool newline = text[i] == '\\' && i + 1 < text.size() && text[i + 1] == 'n';
    with_newlines += newline ? '\n' : text[i];
    i += newline;
  }
  std::string out;
  for (size_t i = 0; i < with_newlines.size(); ++i) {
    bool escape =
        with_newlines[i] == '\\' && i + 1 < with_newlines.size() && with_newlines[i + 1] != '\n';
    out += with_newlines[i += escape];
  }
  return out;
}

std::string value_of(std::string_view written) {
  if (is_quoted(written, '\'')) return std::string(written.substr(1, written.size() - 2));
  if (is_quoted(written, '"')) return unescaped(written.substr(1, written.size() - 2));
  return std::string(written);
}

}  // namespace

void set_variable(Environment& env, std::string_view name, std::string_view value) {
  auto found = std::find_if(env.begin(), env.end(), [&](auto& pair) { return pair.first == name; });
  if (found != env.end())
    found->second = value;
  else
    env.emplace_back(name, value);
}

ParsedEnvFile parse_env_file(std::string_view text, const std::string& file) {
  ParsedEnvFile parsed;
  std::map<std::string, size_t, std::less<>> places;  // of the variables, by name
  text = without_bom(text);
  for (uint32_t line_number = 1; !text.empty(); ++line_number) {
    size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (is_blank_or_comment(line)) continue;

    auto complain = [&](std::string message) {
      add_complaint(parsed.complaints, {file, line_number, std::move(message)});
    };
    auto take_new = [&](std::string_view name, std::string value) {
      if (name == "PS" || name == "DYNO")
        complain(fmt::format("{} has no effect: muster gives it to each process", name));
      places.emplace(name, parsed.env.size());
      parsed.env.emplace_back(name, std::move(value));
    };
    constexpr std::string_view export_word = "export ";
    if (line.starts_with(export_word)) line.remove_prefix(export_word.size());
    size_t equals = line.find_first_not_of(key_characters);
    if (equals == 0 || equals == line.npos || line[equals] != '=')
      complain("not of the form 'KEY=VALUE'; the line is ignored");
    else if (line.find('\0') != line.npos)
      complain("it holds a NUL byte; the line is ignored");
    else if (auto place = places.find(line.substr(0, equals)); place != places.end())
      parsed.env[place->second].second = value_of(line.substr(equals + 1));
    else if (parsed.env.size() == limits::variables)
      complain(
          fmt::format("there are more than {} variables; the line is ignored", limits::variables));
    else
      take_new(line.substr(0, equals), value_of(line.substr(equals + 1)));
  }
  return parsed;
}

}  // namespace muster
