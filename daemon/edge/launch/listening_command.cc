// See ability.h. Here: whether a program that is told of a shared socket by LISTEN_PID is the one
// that muster executes. Reads a script that is named; in doubt says nothing.
#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "daemon/config/text_file.h"
#include "daemon/edge/launch/ability.h"
#include "daemon/edge/launch/shell_command.h"

namespace muster {
namespace {

bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

// These are told the descriptor itself, and ask for no pid.
bool takes_descriptor(std::string_view command) {
  constexpr std::array<std::string_view, 7> signs = {"--fd",  "fd://", "/dev/fd/",  "node ",
                                                     "deno ", "bun ",  "LISTEN_PID"};
  return std::any_of(signs.begin(), signs.end(),
                     [&](auto sign) { return contains(command, sign); });
}

bool is_shell(std::string_view program) {
  constexpr std::array<std::string_view, 5> shells = {"sh", "bash", "dash", "ksh", "zsh"};
  const std::string_view name = program.substr(program.rfind('/') + 1);
  return std::find(shells.begin(), shells.end(), name) != shells.end();
}

// A script of a shell in which nothing is executed in its place.
bool is_script_that_stays(const std::string& path, bool run_by_shell) {
  const auto text = read_text_file(path);
  if (!text || !*text) return false;
  const std::string_view script = **text;
  std::string_view first = script.substr(0, script.find('\n'));
  if (!run_by_shell) {
    if (!first.starts_with("#!")) return false;
    first.remove_prefix(2);
    first.remove_prefix(std::min(first.size(), first.find_first_not_of(" \t")));
    const std::string_view interpreter = first;
    const bool by_env = contains(interpreter, "/env ");
    const std::string_view program = by_env ? interpreter.substr(interpreter.rfind(' ') + 1)
                                            : interpreter.substr(0, interpreter.find(' '));
    if (!is_shell(program)) return false;
  }
  return !contains(script, "exec ") && !takes_descriptor(script);
}

}  // namespace

std::optional<std::string> doubt_about_listening(std::string_view command,
                                                 const std::string& directory) {
  if (takes_descriptor(command)) return {};
  std::vector<std::string> words = shell_words(command);
  if (words[0] == "/bin/sh" && words.size() == 3 && words[1] == "-c") {
    if (contains(words[2], "exec ")) return {};
    return "listen: a shell runs the command, so LISTEN_PID is that of the shell, and a server "
           "that "
           "asks for it accepts nothing: write exec before the server";
  }
  const bool by_shell = is_shell(words[0]) && words.size() > 1;
  const std::string& script = by_shell ? words[1] : words[0];
  if (!contains(script, "/") && !by_shell) return {};
  if (!is_script_that_stays(script.starts_with('/') ? script : directory + '/' + script, by_shell))
    return {};
  return fmt::format(
      "listen: {} is a script of a shell, so LISTEN_PID is that of the shell, and a "
      "server that asks for it accepts nothing: write exec before the server in it",
      script);
}

}  // namespace muster
