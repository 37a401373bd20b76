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
  // The hot path: what the lines of a record share is made once.
  void print(const JoinedLine& line, std::string& out) override {
    if (line.seq != head_seq_) make_head(line);
    out += head_;
    if (is_utf8(line.text))
      out.append(",\"line\":").append(text_of(Json(line.text)));
    else
      out.append(",\"base64\":\"").append(base64(line.text)).append(1, '"');
    if (line.partial) out += ",\"partial\":true";
    out += "}\n";
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

  void print_lost(const LostRecords& lost, WallTime now, std::string& out) override {
    Json object = {{"time", format_utc(lost.loss.before.value_or(now))},
                   {"source", "muster"},
                   {"process", "logs"},
                   {"kind", "lost"},
                   {"line", muster::text_of(lost)}};
    object["first"] = lost.records.first;
    object["last"] = lost.records.second;
    set_if_there(object, "first_line", lost.loss.first_line);
    set_if_there(object, "last_line", lost.loss.last_line);
    object["cause"] = cause_of(lost);
    put(object, out);
  }
  void print_anew(WallTime now, std::string& out) override {
    put({{"time", format_utc(now)}, {"source", "muster"}, {"process", "logs"}, {"kind", "anew"}},
        out);
  }

 private:
  static Json head(uint64_t seq, WallTime time, const char* source, std::string_view process) {
    return {{"seq", seq}, {"time", format_utc(time)}, {"source", source}, {"process", process}};
  }
  void make_head(const JoinedLine& line) {
    Json object = head(line.seq, line.time, "app", line.process);
    object["stream"] = name_of(line.stream);
    head_ = text_of(object);
    head_.pop_back();  // the brace: the line's own fields follow
    head_seq_ = line.seq;
  }
  static void put(const Json& object, std::string& out) {
    out += text_of(object);
    out += '\n';
  }

  uint64_t head_seq_ = 0;  // of the record that head_ belongs to; no record has number 0
  std::string head_;
};

}  // namespace

std::unique_ptr<LogPrinter> make_json_printer() { return std::make_unique<JsonPrinter>(); }

}  // namespace muster
