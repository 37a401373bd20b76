// See log_json.h.
#include "proto/log_json.h"

#include "base/terminal_text.h"

namespace muster {
namespace {

template <class T>
void set_if_there(Json& object, const char* name, const std::optional<T>& value) {
  if (value) object[name] = *value;
}

void put(const Json& object, std::string& out) {
  out += text_of(object);
  out += '\n';
}

}  // namespace

// The hot path: what the lines of a record share is made once.
void LogJson::line(const JoinedLine& line, std::string& out) {
  if (line.seq != head_seq_) make_head(line);
  out += head_;
  if (is_utf8(line.text))
    out.append(",\"line\":").append(text_of(Json(line.text)));
  else
    out.append(",\"base64\":\"").append(base64(line.text)).append(1, '"');
  if (line.partial) out += ",\"partial\":true";
  out += "}\n";
}

void LogJson::event(const EventRecord& event, std::string& out) const {
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
  set_if_there(object, "address", event.address);
  set_if_there(object, "role", event.role);
  put(object, out);
}

void LogJson::lost(const LostRecords& lost, WallTime now, std::string& out) const {
  Json said = object();
  said["time"] = format_utc(lost.loss.before.value_or(now));
  said["source"] = "muster";
  said["process"] = "logs";
  said["kind"] = "lost";
  said["line"] = text_of(lost);
  said["first"] = lost.records.first;
  said["last"] = lost.records.second;
  set_if_there(said, "first_line", lost.loss.first_line);
  set_if_there(said, "last_line", lost.loss.last_line);
  said["cause"] = cause_of(lost);
  put(said, out);
}

void LogJson::anew(WallTime now, std::string& out) const {
  Json said = object();
  said["time"] = format_utc(now);
  said["source"] = "muster";
  said["process"] = "logs";
  said["kind"] = "anew";
  put(said, out);
}

Json LogJson::object() const {
  Json begun = Json::object();
  if (!app_.empty()) begun["app"] = app_;
  return begun;
}

Json LogJson::head(uint64_t seq, WallTime time, const char* source,
                   std::string_view process) const {
  Json begun = object();
  begun["seq"] = seq;
  begun["time"] = format_utc(time);
  begun["source"] = source;
  begun["process"] = process;
  return begun;
}

void LogJson::make_head(const JoinedLine& line) {
  Json begun = head(line.seq, line.time, "app", line.process);
  begun["stream"] = name_of(line.stream);
  head_ = text_of(begun);
  head_.pop_back();  // the brace: the line's own fields follow
  head_seq_ = line.seq;
}

}  // namespace muster
