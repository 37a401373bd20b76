// Log lines for people. The head of a line is made once for a run of lines that share it, which is
// what makes bulk output fast.
#include <fmt/format.h>
#include <vector>

#include "base/terminal_text.h"
#include "ctl/printers/log_printer.h"
#include "ctl/printers/text.h"

namespace muster {
namespace {

constexpr std::string_view colours[] = {"\x1b[36m", "\x1b[33m", "\x1b[32m", "\x1b[35m", "\x1b[31m"};
constexpr std::string_view no_colour = "\x1b[0m";

constexpr std::string_view anew_text =
    "The log has been begun anew: what it had before is gone, and this is all that it has";

class TextPrinter : public LogPrinter {
 public:
  explicit TextPrinter(LogLook look) : look_(look) {}

  void print(const JoinedLine& line, std::string& out) override {
    put("app", line.process, line.time, line.text, out);
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
  void put(std::string_view source, std::string_view process, WallTime time, std::string_view text,
           std::string& out) {
    if (source != source_ || process != process_ || time != time_) make_head(source, process, time);
    out += head_;
    if (look_.escapes)
      append_terminal_safe(text, out);
    else
      out += text;
    out += '\n';
  }

  void make_head(std::string_view source, std::string_view process, WallTime time) {
    source_ = source;
    process_ = process;
    time_ = time;
    head_.clear();
    if (look_.colours) head_ += colour_of(process.substr(0, process.rfind('.')));
    head_ += fmt::format("{} {}[{}]:", format_utc(time), source, terminal_safe(process));
    if (look_.colours) head_ += no_colour;
    head_ += ' ';
  }

  std::string_view colour_of(std::string_view type) {
    size_t index = 0;
    while (index < types_.size() && types_[index] != type) ++index;
    if (index == types_.size()) types_.emplace_back(type);
    return colours[index % std::size(colours)];
  }

  LogLook look_;
  std::string source_, process_, head_;
  WallTime time_;
  std::vector<std::string> types_;  // in order of first appearance
};

}  // namespace

std::unique_ptr<LogPrinter> make_text_printer(LogLook look) {
  return std::make_unique<TextPrinter>(look);
}

}  // namespace muster
