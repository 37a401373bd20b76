// See shell_command.h. Does not parse the shell's language: it knows the few shapes that are safe,
// and takes everything else for unsafe.
#include "daemon/edge/launch/shell_command.h"

#include <algorithm>

namespace muster {
namespace {

// Reserved words and builtins of sh, dash and bash. `exec echo` would run /bin/echo, which is
// another echo; `exec cd` would fail.
constexpr std::string_view not_programs[] = {
    "!",       ".",         ":",        "[",       "[[",      "alias",  "bg",      "bind",
    "break",   "builtin",   "caller",   "case",    "cd",      "chdir",  "command", "compgen",
    "compopt", "complete",  "continue", "coproc",  "declare", "dirs",   "disown",  "do",
    "done",    "echo",      "elif",     "else",    "enable",  "esac",   "eval",    "exec",
    "exit",    "export",    "false",    "fc",      "fg",      "fi",     "for",     "function",
    "getopts", "hash",      "help",     "history", "if",      "in",     "jobs",    "kill",
    "let",     "local",     "logout",   "mapfile", "popd",    "printf", "pushd",   "pwd",
    "read",    "readarray", "readonly", "return",  "select",  "set",    "shift",   "shopt",
    "source",  "suspend",   "test",     "then",    "time",    "times",  "trap",    "true",
    "type",    "typeset",   "ulimit",   "umask",   "unalias", "unset",  "until",   "wait",
    "while",   "{",         "}",
};

constexpr std::string_view blanks = " \t";

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_./+-,:@%").find(c) != std::string_view::npos;
}

// The first word is a program's name or path, as plain text: no assignment, expansion or builtin.
bool names_a_program(std::string_view command) {
  auto word = command.substr(0, command.find_first_of(" \t<>"));
  return !word.empty() && std::all_of(word.begin(), word.end(), is_plain) &&
         std::find(std::begin(not_programs), std::end(not_programs), word) ==
             std::end(not_programs) &&
         // `2>file prog`: digits before a redirection are not a word.
         !std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

constexpr std::string_view separates = ";()";
constexpr size_t none = std::string_view::npos;

bool substitutes(std::string_view rest) { return rest.front() == '`' || rest.starts_with("$("); }

// The rest does not separate, group, substitute, and is not left open.
bool is_one_command(std::string_view command) {
  char quote = 0, before = 0;
  for (size_t i = 0; i < command.size(); ++i) {
    char c = command[i];
    if (c == '\n' || c == '\0') return false;
    if (quote == '\'') {
      if (c == '\'') quote = 0;
    } else if (c == '\\') {
      if (++i == command.size() || command[i] == '\n') return false;
      c = 'x';  // what it quotes has no meaning, also not for what follows
    } else if (substitutes(command.substr(i)) || (quote == 0 && separates.find(c) != none)) {
      return false;
    } else if (quote == '"') {
      if (c == '"') quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '&' || c == '|') {
      // `2>&1` and `>|file` redirect.
      if (before != '>' && !(before == '<' && c == '&')) return false;
    } else if (c == '#' && (before == 0 || blanks.find(before) != std::string_view::npos)) {
      return true;  // a comment up to the end, and there is no further line
    }
    before = c;
  }
  return quote == 0;
}

}  // namespace

// Without anything that a shell would look at: quotes, expansions, patterns, `~`, `=` (in the first
// word, which names_a_program sees to, it would assign).
std::vector<std::string> shell_words(std::string_view command) {
  auto text = command;
  auto next_word = [&text] {
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(blanks)));
    auto word = text.substr(0, text.find_first_of(blanks));
    text.remove_prefix(word.size());
    return word;
  };
  std::vector<std::string> words;
  for (auto word = next_word(); !word.empty(); word = next_word()) {
    bool plain =
        std::all_of(word.begin(), word.end(), [](char c) { return is_plain(c) || c == '='; });
    if (!plain) return {"/bin/sh", "-c", with_exec(command)};
    words.emplace_back(word);
  }
  // `exec prog` says what we do anyway. An option would be to exec itself.
  if (words.size() > 1 && words[0] == "exec" && words[1][0] != '-') words.erase(words.begin());
  if (words.empty() || !names_a_program(words[0]) || words[0] == "exec")
    return {"/bin/sh", "-c", with_exec(command)};
  return words;
}

std::string with_exec(std::string_view command) {
  size_t begin = command.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return std::string(command);
  auto trimmed = command.substr(begin);
  // A newline in a comment would begin another command.
  if (trimmed.find('\n') != std::string_view::npos) return std::string(command);
  if (!names_a_program(trimmed) || !is_one_command(trimmed)) return std::string(command);
  return "exec " + std::string(trimmed);
}

}  // namespace muster
