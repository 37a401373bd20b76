// See view.h.
#include "ctl/logs/view.h"

#include <fmt/format.h>

#include <variant>

#include "proto/codec.h"

namespace muster {

LogView::LogView(std::unique_ptr<LogPrinter> printer, std::optional<uint64_t> last_lines,
                 LinePattern pattern, Output& out)
    : printer_(std::move(printer)),
      last_lines_(last_lines),
      pattern_(std::move(pattern)),
      out_(out),
      joiner_(LineJoiner::Partial::wait, [this](const JoinedLine& line) {
        if (pattern_.matches(line.text))
          put([&](std::string& text) { printer_->print(line, text); });
      }) {}

Result<> LogView::add(std::string_view payload) {
  auto record = decode_record(payload);
  if (!record) {
    const auto numbers = decode_numbers(payload);
    return within(record.error(), "{} is left out",
                  numbers ? fmt::format("record {}", numbers->seq) : "a record");
  }
  if (auto* log = std::get_if<LogRecord>(&*record)) {
    last_time_ = log->time;
    joiner_.add(*log);
  } else {
    auto& event = std::get<EventRecord>(*record);
    last_time_ = event.time;
    if (event.kind == RecordKind::exit && event.launch) joiner_.end(*event.launch);
    if (pattern_.matches(event.text)) put([&](std::string& text) { printer_->print(event, text); });
  }
  return {};
}

void LogView::lost(uint64_t first, uint64_t last) {
  if (last_lines_ == 0) return;
  printer_->print_lost(first, last, last_time_, out_.buffer());
  out_.flush_when_full();
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
void LogView::put(Print print) {
  if (!last_lines_) {
    print(out_.buffer());
    out_.flush_when_full();
    return;
  }
  if (*last_lines_ == 0) return;
  std::string line;
  if (history_.size() == *last_lines_) {  // its memory is used again
    line = std::move(history_.front());
    history_.pop_front();
    line.clear();
  }
  print(line);
  history_.push_back(std::move(line));
}

void LogView::write_history() {
  for (auto& line : history_) {
    out_.write(line);
    out_.flush_when_full();
  }
  history_.clear();
  last_lines_.reset();
}

}  // namespace muster
