// The bytes of records; see codec.h. The log form is the hot path: room for the whole batch is made
// once, and then every line is copied once.
#include <algorithm>

#include "base/check.h"
#include "proto/codec.h"
#include "proto/codec_reader.h"
#include "proto/codec_writer.h"
#include "proto/describe_record.h"
#include "proto/limits.h"

namespace muster {
namespace {

// More than the header fields of any log record take.
constexpr size_t header_room = 512;
// bin 32: one byte of type, four of length.
constexpr size_t line_header_room = 5;

void make_room(std::vector<char>& out, size_t further) {
  const size_t needed = out.size() + further;
  if (out.capacity() < needed) out.reserve(std::max(needed, 2 * out.capacity()));
}

// Stops the parser as soon as the three numbers have been met.
struct NumbersVisitor : msgpack::null_visitor {
  struct Number {
    std::string_view name;
    uint64_t* value;
    bool met;
  };

  explicit NumbersVisitor(RecordNumbers& numbers)
      : wanted{{"seq", &numbers.seq, false},
               {"prev", &numbers.prev, false},
               {"line", &numbers.line, false}} {}

  bool complete() const { return wanted[0].met && wanted[1].met && wanted[2].met; }

  bool start_map(uint32_t) { return ++depth <= limits::control_depth; }
  bool end_map() { return --depth, true; }
  bool start_array(uint32_t) { return ++depth <= limits::control_depth; }
  bool end_array() { return --depth, true; }
  bool start_map_key() { return is_key = depth == 1, true; }
  bool end_map_key() { return is_key = false, true; }
  bool visit_str(const char* text, uint32_t size) {
    if (is_key) key = {text, size};
    return true;
  }
  bool visit_positive_integer(uint64_t value) {
    if (depth != 1 || is_key) return true;
    for (Number& number : wanted)
      if (number.name == key && !number.met) *number.value = value, number.met = true;
    return !complete();
  }

  Number wanted[3];
  std::string_view key;
  size_t depth = 0;
  bool is_key = false;
};

}  // namespace

void encode(const LogRecord& record, std::vector<char>& out) {
  size_t room = header_room + record.process.size();
  for (const std::string_view line : record.lines) room += line.size() + line_header_room;
  make_room(out, room);
  wire::Appender appender{out};
  wire::Packer packer(appender);
  wire::write_fields(packer, record);
}

void encode(const EventRecord& record, std::vector<char>& out) {
  CHECK(record.kind != RecordKind::log, "an event cannot be of kind log: {}", record.text);
  wire::Appender appender{out};
  wire::Packer packer(appender);
  wire::write_fields(packer, record);
}

Result<Record> decode_record(std::string_view payload, size_t most) try {
  if (payload.size() > most) return fail("record: {} bytes", payload.size());
  msgpack::zone zone;
  const msgpack::object map = wire::unpack_map(payload, most, zone);
  wire::refuse_doubles(map);
  wire::FieldReader reader{map};
  RecordKind kind{};
  reader.must("kind", kind);
  if (kind == RecordKind::log) {
    LogRecord record;
    describe(reader, record);
    return record;
  }
  EventRecord record;
  describe(reader, record);
  return record;
} catch (const std::exception& error) {
  return fail("record: {}", error.what());
}

Result<RecordNumbers> decode_numbers(std::string_view payload) try {
  RecordNumbers numbers;
  NumbersVisitor visitor(numbers);
  size_t end = 0;
  msgpack::parse(payload.data(), payload.size(), end, visitor);
  if (!visitor.complete()) return fail("record: its numbers are missing");
  return numbers;
} catch (const std::exception& error) {
  return fail("record: {}", error.what());
}

}  // namespace muster
