// Records field by field, one row each, as PROTOCOL.md lists them. Part of the codec.
#pragma once

#include "proto/codec_writer.h"
#include "proto/record.h"

namespace muster::wire {

template <class Fields, Is<RecordNumbers> M>
void describe(Fields& fields, M& numbers) {
  fields.must("seq", numbers.seq);
  fields.must("prev", numbers.prev);
  fields.must("line", numbers.line);
}

template <class Fields, Is<LogRecord> M>
void describe(Fields& fields, M& record) {
  describe(fields, record.numbers);
  fields.must("time", record.time);
  fields.tag("kind", name_of(RecordKind::log));
  fields.must("process", record.process);
  fields.must("launch", record.launch);
  fields.must("stream", record.stream);
  fields.must("end", record.end);
  fields.may("continues", record.continues);
  fields.may("tail", record.tail);
  fields.must("lines", record.lines);
}

template <class Fields, Is<EventRecord> M>
void describe(Fields& fields, M& record) {
  describe(fields, record.numbers);
  fields.must("time", record.time);
  fields.must("kind", record.kind);
  fields.must("process", record.process);
  fields.must("text", record.text);
  fields.may("launch", record.launch);
  fields.may("from", record.from);
  fields.may("to", record.to);
  fields.may("formation", record.formation);
  fields.may("by", record.by);
  fields.may("role", record.role);
  fields.may("address", record.address);
  fields.may("pid", record.pid);
  fields.may("command", record.command);
  fields.may("status", record.status);
  fields.may("code", record.code);
}

}  // namespace muster::wire
