// How a line of the log looks: for people (2011's form, colours, escapes) or as JSON. Only turns
// what it is given into text; which lines, and when, is decided elsewhere.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/colour.h"
#include "proto/line_joiner.h"
#include "proto/loss_text.h"
#include "proto/record.h"

namespace muster {

class LogPrinter {
 public:
  virtual ~LogPrinter() = default;
  virtual void print(const JoinedLine& line, std::string& out) = 0;
  virtual void print(const EventRecord& event, std::string& out) = 0;
  // In their place, stamped as what follows them; `now` where nothing does.
  virtual void print_lost(const LostRecords& lost, WallTime now, std::string& out) = 0;
  // The numbers have begun anew with what follows.
  virtual void print_anew(WallTime now, std::string& out) = 0;
};

// `2026-11-22T10:15:02.114233+00:00 app[web.1]: GET /`. With colours the head of a line is in that
// of its process type.
std::unique_ptr<LogPrinter> make_text_printer(LineLook look, TypeColours colours = TypeColours());
// An object a line: seq, time, source, process, then stream or kind, then line (or base64).
std::unique_ptr<LogPrinter> make_json_printer();

}  // namespace muster
