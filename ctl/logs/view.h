// Records in, printed lines out: joins what was cut, keeps the last lines of history where only
// those are wanted, and writes. Knows neither where records come from nor how a line looks.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/line_pattern.h"
#include "base/result.h"
#include "ctl/output.h"
#include "ctl/printers/log_printer.h"
#include "proto/line_joiner.h"

namespace muster {

class LogView {
 public:
  // `last_lines`: how many of history are shown, of those that match; nothing means all.
  LogView(std::unique_ptr<LogPrinter> printer, std::optional<uint64_t> last_lines,
          LinePattern pattern, Output& out);
  LogView(const LogView&) = delete;

  // An error if the payload is not a record that we understand; the view goes on all the same.
  Result<> add(std::string_view payload);
  // Is said at once: before the last lines, whose number it does not count towards.
  void lost(uint64_t first, uint64_t last);
  // History is over: it is written, and what follows is written as it comes.
  void go_live();
  // Whether any record has come.
  bool has_seen() const { return last_time_.has_value(); }
  // Nothing follows. What was added is written, up to the output's buffer.
  void finish();

 private:
  template <class Print>
  void put(Print print);
  void write_history();

  std::unique_ptr<LogPrinter> printer_;
  std::optional<uint64_t> last_lines_;  // of history; nothing once it is written
  std::deque<std::string> history_;     // printed lines, at most last_lines_
  LinePattern pattern_;
  Output& out_;
  LineJoiner joiner_;
  std::optional<WallTime> last_time_;
};

}  // namespace muster
