// How a line of the log looks: for people (2011's form, colours, escapes) or as JSON. Only turns
// what it is given into text; which lines, and when, is decided elsewhere.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/colour.h"
#include "proto/line_joiner.h"
#include "proto/loss_text.h"
#include "proto/record.h"

namespace muster {

class LogPrinter {
 public:
  virtual ~LogPrinter() = default;
  // Whether it would be printed at all.
  virtual bool shows(const EventRecord&) const { return true; }
  virtual void print(const JoinedLine& line, std::string& out) = 0;
  virtual void print(const EventRecord& event, std::string& out) = 0;
  // In their place, stamped as what follows them; `now` where nothing does.
  virtual void print_lost(const LostRecords& lost, WallTime now, std::string& out) = 0;
  // The numbers have begun anew with what follows.
  virtual void print_anew(WallTime now, std::string& out) = 0;
};

enum class LogTime {
  full,   // `2026-11-22T10:15:02.114233+00:00 app[web.1]: GET /`
  brief,  // `10:15:02 web.1 | GET /`, by the local clock; of another day than today with the date
  utc,    // the same by UTC
  none,   // `web.1 | GET /`
};

struct LogLook {
  LineLook line;
  LogTime time = LogTime::full;
  // Only one line of those that a start writes is shown.
  bool starts_in_one_line = false;
  std::vector<std::string> types = {};  // of the app: for colours, and for a column as wide as them
  WallTime now = {};
};

// With colours the head of a line is in that of its process type.
std::unique_ptr<LogPrinter> make_text_printer(LogLook look);
// An object a line: seq, time, source, process, then stream or kind, then line (or base64).
std::unique_ptr<LogPrinter> make_json_printer();

}  // namespace muster
