// Records in, printed lines out: joins what was cut, keeps the last lines of history where only
// those are wanted, and writes. Knows neither where records come from nor how a line looks. Keeps:
// its memory is bounded, however long the lines are.
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

// A line, by the record in which it begins and by its own number.
struct LinePlace {
  uint64_t seq = 0, line = 0;
};

struct LogViewOptions {
  // How many of history are shown, of those that match; nothing means all.
  std::optional<uint64_t> last_lines;
  LinePattern pattern;
  // Lines before it are left out.
  LinePlace begin = {};
  size_t most_kept = 8 << 20;  // bytes of last lines: beyond it only their places are kept
};

class LogView {
 public:
  LogView(std::unique_ptr<LogPrinter> printer, LogViewOptions options, Output& out);
  LogView(const LogView&) = delete;

  // An error if the payload is not a record that we understand; the view goes on all the same.
  Result<> add(std::string_view payload);
  // Is said in its place, if any of the lines that are shown stand before it, or if there are fewer
  // than were wanted. It does not count as one of them.
  void lost(const LostRecords& lost, WallTime now);
  // The numbers have begun anew.
  void anew(WallTime now);
  // History is over: it is written, and what follows is written as it comes.
  void go_live();
  // Whether any record has come.
  bool has_seen() const { return has_seen_; }
  // The end has come. All that was added is written, up to the output's buffer.
  void finish();
  // The last lines were too long to be kept and have not been written: they are to be read again,
  // from here on, by another view.
  std::optional<LinePlace> to_be_read_again() const { return again_; }

 private:
  struct Kept {
    LinePlace place;
    bool is_line = true;  // else a notice, which counts for nothing
    std::string text;
  };
  template <class Print>
  void put(LinePlace place, bool is_line, Print print);
  std::string drop_oldest();
  void write_history();

  std::unique_ptr<LogPrinter> printer_;
  LogViewOptions options_;
  std::deque<Kept> history_;  // the last lines, and the notices between them
  uint64_t lines_kept_ = 0;   // of history_
  size_t bytes_kept_ = 0;
  bool places_only_ = false;
  std::optional<LinePlace> again_;
  Output& out_;
  LineJoiner joiner_;
  bool has_seen_ = false;
  LinePlace passed_;  // the last record that has come, and its last line
};

}  // namespace muster
