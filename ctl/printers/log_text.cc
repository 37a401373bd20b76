// Log lines for people. The head of a line is made once for a run of lines that share it, which is
// what makes bulk output fast.
#include <fmt/format.h>
#include <algorithm>
#include <utility>

#include "base/terminal_line.h"
#include "base/terminal_text.h"
#include "ctl/printers/log_printer.h"
#include "ctl/printers/text.h"

namespace muster {
namespace {

constexpr std::string_view anew_text =
    "The log has been begun anew: what it had before is gone, and this is all that it has";

class TextPrinter : public LogPrinter {
 public:
  explicit TextPrinter(LogLook look)
      : look_(std::move(look)), colours_(look_.types), lines_(look_.line) {
    for (auto& type : look_.types) width_ = std::max(width_, type.size() + number_room);
    today_ = day_of(look_.now);
  }

  bool shows(const EventRecord& event) const override {
    return !look_.starts_in_one_line || is_for_people(event);
  }

  void print(const JoinedLine& line, std::string& out) override {
    lines_.take(line.process, line.text, [&](std::string_view text) {
      put_head("app", line.process, line.time, out);
      out.append(text).append(1, '\n');
    });
  }
  void print(const EventRecord& event, std::string& out) override {
    put("muster", event.process, event.time, event.text, out);
  }
  void print_lost(const LostRecords& lost, WallTime now, std::string& out) override {
    put("muster", "logs", lost.loss.before.value_or(now), text_of(lost), out);
  }
  void print_anew(WallTime now, std::string& out) override {
    put("muster", "logs", now, anew_text, out);
  }

 private:
  // The text of a line by muster itself.
  void put(std::string_view source, std::string_view process, WallTime time, std::string_view text,
           std::string& out) {
    put_head(source, process, time, out);
    if (look_.line.safe)
      append_terminal_safe(text, out);
    else
      out += text;
    out += '\n';
  }

  void put_head(std::string_view source, std::string_view process, WallTime time,
                std::string& out) {
    if (source != source_ || process != process_ || time != time_) make_head(source, process, time);
    out += head_;
  }

  void make_head(std::string_view source, std::string_view process, WallTime time) {
    source_ = source;
    process_ = process;
    time_ = time;
    head_.clear();
    if (look_.line.colours) head_ += colours_.of(process);
    const std::string name = terminal_safe(process);
    if (look_.time == LogTime::full) {
      head_ += fmt::format("{} {}[{}]:", format_utc(time), source, name);
    } else {
      width_ = std::max(width_, name.size());
      head_ += fmt::format("{}{:<{}} |", clock_of(time), name, width_);
    }
    if (look_.line.colours) head_ += colour_off;
    head_ += ' ';
  }

  // "10:15:02 ", "11-21 10:15:02 ", or nothing.
  std::string clock_of(WallTime time) const {
    if (look_.time == LogTime::none) return {};
    const std::string day = day_of(time);
    const std::string clock = look_.time == LogTime::utc
                                  ? format_utc(time).substr(clock_at, clock_size)
                                  : format_local_clock(time);
    return (day == today_ ? "" : day + ' ') + clock + ' ';
  }
  // "11-21"
  std::string day_of(WallTime time) const {
    if (look_.time == LogTime::utc) return format_utc(time).substr(day_at, day_size);
    const LocalMinute local = local_minute(time);
    return fmt::format("{:02}-{:02}", local.month, local.day);
  }

  static constexpr size_t number_room = 2;  // a dot and a digit
  static constexpr size_t day_at = 5, day_size = 5, clock_at = 11, clock_size = 8;  // in RFC 3339
  LogLook look_;
  TypeColours colours_;
  TerminalLines lines_;
  std::string source_, process_, head_;
  WallTime time_;
  size_t width_ = 0;  // of the column of names
  std::string today_;
};

}  // namespace

std::unique_ptr<LogPrinter> make_text_printer(LogLook look) {
  return std::make_unique<TextPrinter>(std::move(look));
}

}  // namespace muster
