// See record.h. The names are those of the wire.
#include "proto/record.h"

#include "base/check.h"

namespace muster {

std::string_view name_of(RecordKind kind) {
  switch (kind) {
    case RecordKind::log:
      return "log";
    case RecordKind::state:
      return "state";
    case RecordKind::scale:
      return "scale";
    case RecordKind::start:
      return "start";
    case RecordKind::exit:
      return "exit";
    case RecordKind::error:
      return "error";
    case RecordKind::notice:
      return "notice";
  }
  CHECK(false, "record kind {}", int(kind));
}

std::string_view name_of(Stream stream) {
  switch (stream) {
    case Stream::out:
      return "stdout";
    case Stream::err:
      return "stderr";
  }
  CHECK(false, "stream {}", int(stream));
}

std::string_view name_of(Tail tail) {
  switch (tail) {
    case Tail::newline:
      return "newline";
    case Tail::split:
      return "split";
    case Tail::partial:
      return "partial";
    case Tail::eof:
      return "eof";
  }
  CHECK(false, "tail {}", int(tail));
}

std::string topic_of(RecordKind kind, std::string_view process) {
  std::string topic(name_of(kind));
  topic.reserve(topic.size() + process.size() + 2);
  topic += '/';
  topic += process;
  topic += '/';
  return topic;
}

bool is_for_people(const EventRecord& event) {
  // The announcement of a start; what follows says the pid.
  if (event.kind == RecordKind::start) return event.pid.has_value();
  return event.kind != RecordKind::log && event.kind != RecordKind::state;
}

}  // namespace muster
