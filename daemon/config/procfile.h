// The text of a Procfile to process types. Pure: reads no file. Lenient on purpose: a line that
// cannot be taken as written is left out with a complaint, never guessed at. Everything after the
// colon belongs to the shell: no quoting, no continuation lines, no variables are known here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/model.h"

namespace muster {

struct ParsedProcfile {
  std::vector<ProcessType> types;  // in order of first appearance, names unique
  std::vector<Complaint> complaints;
  std::vector<Complaint> errors;  // a name beyond its limit: it was not meant to be left out
};

// A line is `NAME: COMMAND`, blanks round either part ignored. Blank lines and those whose first
// character is `#` are skipped. The last of two lines with one name wins. `file` is what complaints
// call it.
ParsedProcfile parse_procfile(std::string_view text, const std::string& file);

}  // namespace muster
