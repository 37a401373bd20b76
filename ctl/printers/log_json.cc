// Log lines for programs: one JSON object a line. A line that is not UTF-8 comes as base64, so that
// its bytes are exact.
#include "base/terminal_text.h"
#include "ctl/printers/json.h"
#include "ctl/printers/log_printer.h"
#include "ctl/printers/text.h"

namespace muster {
namespace {

template <class T>
void set_if_there(Json& object, const char* name, const std::optional<T>& value) {
  if (value) object[name] = *value;
}

class JsonPrinter : public LogPrinter {
 public:
  void print(const JoinedLine& line, std::string& out) override {
    Json object = head(line.seq, line.time, "app", line.process);
    object["stream"] = name_of(line.stream);
    if (is_utf8(line.text))
      object["line"] = line.text;
    else
      object["base64"] = base64(line.text);
    if (line.partial) object["partial"] = true;
    put(object, out);
  }

  void print(const EventRecord& event, std::string& out) override {
    Json object = head(event.numbers.seq, event.time, "muster", event.process);
    object["kind"] = name_of(event.kind);
    object["line"] = event.text;
    set_if_there(object, "launch", event.launch);
    set_if_there(object, "from", event.from);
    set_if_there(object, "to", event.to);
    set_if_there(object, "formation", event.formation);
    set_if_there(object, "by", event.by);
    set_if_there(object, "pid", event.pid);
    set_if_there(object, "command", event.command);
    set_if_there(object, "status", event.status);
    set_if_there(object, "code", event.code);
    put(object, out);
  }

  void print_lost(uint64_t first, uint64_t last, std::optional<WallTime> since,
                  std::string& out) override {
    Json object = {{"source", "muster"}, {"process", "logs"}, {"kind", "lost"}};
    object["first"] = first;
    object["last"] = last;
    if (since) object["since"] = format_utc(*since);
    put(object, out);
  }

 private:
  static Json head(uint64_t seq, WallTime time, const char* source, std::string_view process) {
    return {{"seq", seq}, {"time", format_utc(time)}, {"source", source}, {"process", process}};
  }
  static void put(const Json& object, std::string& out) {
    out += text_of(object);
    out += '\n';
  }
};

}  // namespace

std::unique_ptr<LogPrinter> make_json_printer() { return std::make_unique<JsonPrinter>(); }

}  // namespace muster
