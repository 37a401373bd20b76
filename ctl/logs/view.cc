// See view.h.
#include "ctl/logs/view.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "proto/codec.h"

namespace muster {

LogView::LogView(std::unique_ptr<LogPrinter> printer, LogViewOptions options, Output& out)
    : printer_(std::move(printer)),
      options_(std::move(options)),
      out_(out),
      joiner_(LineJoiner::Partial::wait, [this](const JoinedLine& line) {
        if (options_.pattern.matches(line.text))
          put({line.seq, line.number}, true,
              [&](std::string& text) { printer_->print(line, text); });
      }) {}

Result<> LogView::add(std::string_view payload) {
  auto record = decode_record(payload);
  if (!record) {
    const auto numbers = decode_numbers(payload);
    return within(record.error(), "{} is left out",
                  numbers ? fmt::format("record {}", numbers->seq) : "a record");
  }
  has_seen_ = true;
  if (auto* log = std::get_if<LogRecord>(&*record)) {
    passed_ = {log->numbers.seq, log->numbers.line + log->lines.size()};
    joiner_.add(*log);
  } else {
    auto& event = std::get<EventRecord>(*record);
    passed_ = {event.numbers.seq, event.numbers.line + 1};
    if (event.kind == RecordKind::exit && event.launch) joiner_.end(*event.launch);
    if (printer_->shows(event) && options_.pattern.matches(event.text))
      put({event.numbers.seq, event.numbers.line + 1}, true,
          [&](std::string& text) { printer_->print(event, text); });
  }
  return {};
}

void LogView::lost(const LostRecords& told, WallTime now) {
  LostRecords lost = told;
  // The journal does not know the first line of the lost ones where all lines before it are gone.
  if (!lost.loss.first_line && passed_.seq != 0 && passed_.seq + 1 == lost.records.first)
    lost.loss.first_line = passed_.line + 1;
  put({lost.records.second, UINT64_MAX}, false,
      [&](std::string& text) { printer_->print_lost(lost, now, text); });
}

void LogView::anew(WallTime now) {
  joiner_.flush();
  options_.begin = {};
  passed_ = {};
  put({}, false, [&](std::string& text) { printer_->print_anew(now, text); });
}

void LogView::go_live() {
  joiner_.set_partial(LineJoiner::Partial::at_once);
  write_history();
}

void LogView::finish() {
  joiner_.flush();
  write_history();
}

template <class Print>
void LogView::put(LinePlace place, bool is_line, Print print) {
  if (!options_.last_lines) {
    if (place.line < options_.begin.line) return;
    print(out_.buffer());
    out_.flush_when_full();
    return;
  }
  if (*options_.last_lines == 0) return;
  std::string text;
  if (is_line && lines_kept_ == *options_.last_lines) text = drop_oldest();
  if (!places_only_) print(text);
  bytes_kept_ += text.size();
  lines_kept_ += is_line ? 1 : 0;
  history_.push_back({place, is_line, std::move(text)});
  if (bytes_kept_ <= options_.most_kept || places_only_) return;
  places_only_ = true;
  for (Kept& kept : history_) kept.text = std::string();
}

// With the notices before and behind it: all lines that are kept come after them. Gives back a
// string whose memory is used again.
std::string LogView::drop_oldest() {
  constexpr size_t usual_line = 4096;
  std::string freed;
  while (!history_.empty()) {
    Kept& oldest = history_.front();
    if (oldest.is_line && lines_kept_ < *options_.last_lines) break;
    bytes_kept_ -= std::min(bytes_kept_, oldest.text.size());
    lines_kept_ -= oldest.is_line ? 1 : 0;
    if (oldest.text.capacity() <= usual_line) freed = std::move(oldest.text);
    history_.pop_front();
  }
  freed.clear();
  return freed;
}

void LogView::write_history() {
  if (options_.last_lines && lines_kept_ == *options_.last_lines)
    while (!history_.empty() && !history_.front().is_line) history_.pop_front();
  if (places_only_ && !history_.empty()) {
    again_ = history_.front().place;
    return;
  }
  for (auto& kept : history_) {
    out_.write_controls(kept.text);
    out_.flush_when_full();
  }
  history_.clear();
  options_.last_lines.reset();
}

}  // namespace muster
