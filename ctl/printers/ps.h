// The process table, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "proto/message.h"

namespace muster {

// A header and a row each: `web.1         up for 2s           node web.js`.
std::string ps_table(const std::vector<ProcessRow>& rows, size_t width);
// The same with what each uses.
std::string ps_usage_table(const std::vector<ProcessRow>& rows, size_t width);
// An array of objects. What a process does not have (a pid while it is down) is null.
std::string ps_json(const std::vector<ProcessRow>& rows);

}  // namespace muster
