// How a log is to be read and shown, and the options that say so; the same for every verb that
// shows one.
#pragma once

#include <memory>

#include "base/options.h"
#include "ctl/logs/query.h"
#include "ctl/printers/log_printer.h"
#include "ctl/session.h"

namespace muster {

struct LogReading {
  LogQuery query;
  bool follow = false;  // goes on until the reader or the daemon has gone
  bool json = false, no_colour = false;
  bool starts_in_one_line = false;  // on a terminal, save where all is asked for
  std::optional<LogTime> time;      // none: brief on a terminal, else full
};

// `-n`: a number of lines, or all. Given again, the last one counts.
void add_lines(Options& options, std::optional<uint64_t>& lines, const std::string& help);
// `--json`, `--time`, and `--no-color` as it has always been.
void add_look(Options& options, LogReading& reading);

LogTime time_of(const LogReading& reading, const Session& session);
// Asks the daemon, where it runs, which types the app has.
std::unique_ptr<LogPrinter> make_printer(const LogReading& reading, const Session& session,
                                         const Endpoints& endpoints);

}  // namespace muster
