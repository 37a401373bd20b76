// Texts that were written for an exec, a shell or a format string of another supervisor, as words
// of the shell that runs a line of a Procfile. A text may hold marks for what only that shell
// knows: a variable, or the number of the process.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace muster {

// The marks: a variable of the environment; the number of the process, with `first` for the first
// one and as many digits; the name of the host.
std::string mark_of_variable(std::string_view name);
std::string mark_of_number(int first, int digits);
std::string mark_of_host();
bool has_marks(std::string_view text);
// A text from elsewhere, so that nothing in it is taken for a mark.
bool may_be_marked(std::string_view text);

// The words of a line as Python's shlex and a shell's quoting have them, without any expansion.
Result<std::vector<std::string>> split_words(std::string_view line);

// Quoted where it needs it.
std::string word_of_shell(std::string_view text);
std::string line_of_shell(const std::vector<std::string>& words);
// A line that another program would split and exec without a shell. It stays as it is where a shell
// reads the same from it.
Result<std::string> shell_line_of(std::string_view line);

// A script that a shell has read, of several lines or not; bash is asked for what only it has.
std::string line_of_script(std::string_view script);

// `NAME=VALUE` before a command of words alone; an export before what a shell must read.
std::string with_variable(const std::string& name, const std::string& value,
                          const std::string& command, bool is_of_words);

}  // namespace muster
