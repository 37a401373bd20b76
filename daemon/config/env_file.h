// The text of a .env file to variables, by foreman's rules plus comments and `export`. Pure: reads
// no file. A line that is not an assignment is left out with a complaint.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/model.h"

namespace muster {

struct ParsedEnvFile {
  Environment env;  // names unique, in order of first appearance; the last value wins
  std::map<std::string, uint32_t, std::less<>> lines;  // of the values, by name
  std::vector<Complaint> complaints;
};

// A line is `[export ]KEY=VALUE` with KEY of [A-Za-z0-9_]; no blanks round the `=`. 'VALUE' is
// taken literally; in "VALUE" the two characters `\n` are a newline and any other `\x` is `x`;
// anything else is literal to the end of the line, blanks included. Lines whose first character is
// `#` are comments.
ParsedEnvFile parse_env_file(std::string_view text, const std::string& file);

// Sets a variable: in its place if it is there already, else at the end.
void set_variable(Environment& env, std::string_view name, std::string_view value);

}  // namespace muster
