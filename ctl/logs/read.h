// The log as it was asked for, printed: from the daemon while it runs, else from the journal
// itself.
#pragma once

#include "base/options.h"
#include "ctl/logs/query.h"
#include "ctl/session.h"

namespace muster {

struct LogReading {
  LogQuery query;
  bool follow = false;  // goes on until the reader or the daemon has gone
  bool json = false, no_colour = false;
};

// `-n`: a number of lines, or all. Given again, the last one counts.
void add_lines(Options& options, std::optional<uint64_t>& lines, const std::string& help);
// `--json`, and `--no-color` as it has always been.
void add_look(Options& options, LogReading& reading);

Outcome<int> read_logs(const Session& session, LogReading reading);

}  // namespace muster
