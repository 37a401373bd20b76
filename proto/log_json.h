// The log for programs: one JSON object a line. A line that is not UTF-8 comes as base64, so that
// its bytes are exact. Each function appends a text to `out`, and does nothing else.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "proto/line_joiner.h"
#include "proto/loss_text.h"
#include "proto/record.h"

namespace muster {

class LogJson {
 public:
  // Each object begins with the name of the app, unless that is empty.
  explicit LogJson(std::string app = {}) : app_(std::move(app)) {}

  // The object has seq, time, source, process and stream; then `line` or `base64`.
  void line(const JoinedLine& line, std::string& out);
  // The object has seq, time, source, process and kind; then `line`, and the fields of its kind.
  void event(const EventRecord& event, std::string& out) const;
  // The object stands in the place of lost records, with the time of what follows, or `now`.
  void lost(const LostRecords& lost, WallTime now, std::string& out) const;
  // The numbers have begun anew with what follows.
  void anew(WallTime now, std::string& out) const;

 private:
  Json object() const;
  Json head(uint64_t seq, WallTime time, const char* source, std::string_view process) const;
  void make_head(const JoinedLine& line);

  std::string app_;
  uint64_t head_seq_ = 0;  // of the record that head_ belongs to; no record has number 0
  std::string head_;
};

}  // namespace muster
