// Log lines for people. The head of a line is made once for a run of lines that share it, which is
// what makes bulk output fast.
#include <fmt/format.h>
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
  TextPrinter(LineLook look, TypeColours colours)
      : look_(look), colours_(std::move(colours)), lines_(look) {}

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
  // What muster says.
  void put(std::string_view source, std::string_view process, WallTime time, std::string_view text,
           std::string& out) {
    put_head(source, process, time, out);
    if (look_.safe)
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
    if (look_.colours) head_ += colours_.of(process);
    head_ += fmt::format("{} {}[{}]:", format_utc(time), source, terminal_safe(process));
    if (look_.colours) head_ += colour_off;
    head_ += ' ';
  }

  LineLook look_;
  TypeColours colours_;
  TerminalLines lines_;
  std::string source_, process_, head_;
  WallTime time_;
};

}  // namespace

std::unique_ptr<LogPrinter> make_text_printer(LineLook look, TypeColours colours) {
  return std::make_unique<TextPrinter>(look, std::move(colours));
}

}  // namespace muster
