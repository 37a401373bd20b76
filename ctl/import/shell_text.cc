// See shell_text.h. A mark stands between two control bytes, which no other text may hold.
#include "ctl/import/shell_text.h"

#include <fmt/format.h>
#include <algorithm>

#include "daemon/config/text_lines.h"

namespace muster {
namespace {

constexpr char mark_begin = '\x01', mark_end = '\x02';
constexpr char number_mark = '#', host_mark = '!';

constexpr std::string_view shell_specials = "$`*?[]{}()<>|&;~#!\\\"'\n\r\t ";
// Outside of quotes and inside of double ones.
constexpr std::string_view needs_care = "$`*?[]{}()<>|&;~#!\\\n\r\x01";

std::string code_of(std::string_view mark) {
  if (mark.front() == host_mark) return "$(hostname)";
  if (mark.front() != number_mark) return fmt::format("${{{}}}", mark);
  const size_t colon = mark.find(':');
  const int first = std::stoi(std::string(mark.substr(1, colon - 1)));
  const int digits = std::stoi(std::string(mark.substr(colon + 1)));
  const std::string number = first == 1 ? "${PS##*.}"
                                        : fmt::format("$((${{PS##*.}} {} {}))",
                                                      first < 1 ? '-' : '+', std::abs(first - 1));
  return digits > 1 ? fmt::format("$(printf %0{}d {})", digits, number) : number;
}

// A line of a Procfile holds no newline.
std::string word_of_lines(std::string_view text) {
  std::string out;
  for (const char c : text)
    out += c == '\n' ? "\\n" : c == '\\' ? "\\\\" : c == '\'' ? "'\\''" : std::string(1, c);
  return fmt::format("\"$(printf %b '{}')\"", out);
}

}  // namespace

std::string mark_of_variable(std::string_view name) {
  return fmt::format("{}{}{}", mark_begin, name, mark_end);
}
std::string mark_of_number(int first, int digits) {
  return fmt::format("{}{}{}:{}{}", mark_begin, number_mark, first, digits, mark_end);
}
std::string mark_of_host() { return {mark_begin, host_mark, mark_end}; }
bool has_marks(std::string_view text) { return text.find(mark_begin) != text.npos; }
bool may_be_marked(std::string_view text) {
  return text.find_first_of(std::string_view("\x01\x02\0", 3)) == text.npos;
}

Result<std::vector<std::string>> split_words(std::string_view line) {
  std::vector<std::string> words;
  bool is_begun = false;
  char quote = '\0';
  std::string word;
  for (size_t i = 0; i < line.size(); i++) {
    const char c = line[i];
    const bool is_last = i + 1 == line.size();
    if (quote) {
      const bool escapes = quote == '"' && c == '\\' && !is_last &&
                           std::string_view("\"\\$`\n").find(line[i + 1]) != std::string_view::npos;
      if (c == quote)
        quote = '\0';
      else
        word += escapes ? line[++i] : c;
    } else if (c == '\'' || c == '"') {
      quote = c;
      is_begun = true;
    } else if (c == '\\' && !is_last) {
      word += line[++i];
      is_begun = true;
    } else if (blanks.find(c) != blanks.npos || c == '\n' || c == '\r') {
      if (is_begun) words.push_back(std::exchange(word, {}));
      is_begun = false;
    } else {
      word += c;
      is_begun = true;
    }
  }
  if (quote) return fail("the quote {} is not closed", quote);
  if (is_begun) words.push_back(word);
  return words;
}

std::string word_of_shell(std::string_view text) {
  if (text.empty()) return "''";
  if (text.find('\n') != text.npos && !has_marks(text)) return word_of_lines(text);
  if (!has_marks(text)) {
    if (text.find_first_of(shell_specials) == text.npos) return std::string(text);
    std::string out;
    for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
    return '\'' + out + '\'';
  }
  std::string out = "\"";
  while (!text.empty()) {
    if (text.front() == mark_begin) {
      const size_t end = std::min(text.find(mark_end), text.size());
      out += code_of(text.substr(1, end - 1));
      text.remove_prefix(std::min(end + 1, text.size()));
      continue;
    }
    if (std::string_view("\"\\$`").find(text.front()) != std::string_view::npos) out += '\\';
    // A line of a Procfile holds no newline.
    out += text.front() == '\n' ? ' ' : text.front();
    text.remove_prefix(1);
  }
  return out + '"';
}

std::string line_of_shell(const std::vector<std::string>& words) {
  std::string line;
  for (auto& word : words) line += (line.empty() ? "" : " ") + word_of_shell(word);
  return line;
}

Result<std::string> shell_line_of(std::string_view line) {
  auto words = split_words(line);
  if (!words) return tl::unexpected(words.error());
  if (words->empty()) return fail("it is empty");
  const std::string_view bare = trim(line);
  const bool assigns = words->front().find('=') != std::string::npos;
  if (bare.find_first_of(needs_care) == bare.npos && !assigns) return std::string(bare);
  return line_of_shell(*words);
}

std::string line_of_script(std::string_view script) {
  while (!script.empty() && std::string_view(" \t\r\n").find(script.back()) != script.npos)
    script.remove_suffix(1);
  const bool has_lines = script.find('\n') != script.npos;
  for (const std::string_view sign : {"[[", "source ", "<(", "$'", "&>", "pipefail", "+=", "<<<"})
    if (script.find(sign) != script.npos)
      return fmt::format("exec bash -c {}", word_of_shell(script));
  return has_lines ? fmt::format("eval {}", word_of_shell(script)) : std::string(trim(script));
}

std::string with_variable(const std::string& name, const std::string& value,
                          const std::string& colonnd, bool is_of_words) {
  return fmt::format("{}{}={}{} {}", is_of_words ? "" : "export ", name, word_of_shell(value),
                     is_of_words ? "" : ";", colonnd);
}

}  // namespace muster
