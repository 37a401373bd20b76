// The bytes of records, pinned: what is on disk and on the bus today must be readable for ever.
#include <catch2/catch.hpp>
#include <random>

#include "proto/codec.h"
#include "proto/limits.h"
#include "tests/unit/proto/hex.h"

namespace muster {
namespace {

const WallTime instant(Nanos(1795342502'114233000));

LogRecord log_record() {
  return {.numbers = {.seq = 7, .prev = 3, .line = 41},
          .time = instant,
          .process = "web.1",
          .launch = 2,
          .stream = Stream::out,
          .end = 512,
          .lines = {"GET /", "POST"}};
}

EventRecord event(RecordKind kind, std::string process, std::string text) {
  EventRecord record;
  record.numbers = {.seq = 300, .prev = 2, .line = 70000};
  record.time = instant;
  record.kind = kind;
  record.process = std::move(process);
  record.text = std::move(text);
  return record;
}

template <class T>
std::string bytes_of(const T& record) {
  std::vector<char> out;
  encode(record, out);
  return {out.begin(), out.end()};
}

template <class T>
T decoded(const std::string& bytes) {
  const auto record = decode_record(bytes);
  INFO((record ? "" : record.message()));
  REQUIRE(record);
  REQUIRE(std::holds_alternative<T>(*record));
  return std::get<T>(*record);
}

// A map's bytes, from fields that are written out.
std::string map_of(const std::vector<std::string>& fields) {
  std::string bytes(1, static_cast<char>(0x80 | fields.size()));
  for (const std::string& field : fields) bytes += field;
  return bytes;
}
std::string text(std::string_view value) {
  return static_cast<char>(0xa0 | value.size()) + std::string(value);
}
std::vector<std::string> log_fields() {
  return {text("seq") + '\1',         text("prev") + '\0',
          text("line") + '\0',        text("time") + '\5',
          text("kind") + text("log"), text("process") + text("web.1"),
          text("launch") + '\1',      text("stream") + text("stderr"),
          text("end") + '\2',         text("lines") + "\x91\xc4\1x"};
}

}  // namespace

TEST_CASE("a log record has exactly these bytes") {
  CHECK(hex(bytes_of(log_record())) ==
        "8a"
        "a3 736571 07"                     // seq
        "a4 70726576 03"                   // prev
        "a4 6c696e65 29"                   // line
        "a4 74696d65 cf 18ea567e58ae0aa8"  // time
        "a4 6b696e64 a3 6c6f67"            // kind
        "a7 70726f63657373 a5 7765622e31"  // process
        "a6 6c61756e6368 02"               // launch
        "a6 73747265616d a6 7374646f7574"  // stream
        "a3 656e64 cd 0200"                // end
        "a5 6c696e6573 92 c4 05 474554202f c4 04 504f5354"_hex);
}

TEST_CASE("a log record that continues a line and is cut itself says so") {
  LogRecord record = log_record();
  record.continues = true;
  record.tail = Tail::split;
  record.stream = Stream::err;
  const std::string bytes = bytes_of(record);
  CHECK(hex(bytes).find("a9 636f6e74696e756573 c3 a4 7461696c a5 73706c6974"_hex) !=
        std::string::npos);
  const auto back = decoded<LogRecord>(bytes);
  CHECK(back.continues);
  CHECK(back.tail == Tail::split);
  CHECK(back.stream == Stream::err);
}

TEST_CASE("a decoded log record is the one that was encoded, its lines byte by byte") {
  LogRecord record = log_record();
  const std::string odd("\0\xff\r\x1b[31m", 8), large(limits::line_piece, 'x');
  record.lines = {"", odd, large, "\xe2\x82"};
  record.tail = Tail::eof;
  const std::string bytes = bytes_of(record);
  const auto back = decoded<LogRecord>(bytes);
  CHECK(back.numbers.seq == 7);
  CHECK(back.numbers.prev == 3);
  CHECK(back.numbers.line == 41);
  CHECK(back.time == record.time);
  CHECK(back.process == "web.1");
  CHECK(back.launch == 2);
  CHECK(back.end == 512);
  CHECK_FALSE(back.continues);
  CHECK(back.tail == Tail::eof);
  CHECK(back.lines == record.lines);
  CHECK(back.lines[2].data() > bytes.data());
  CHECK(back.lines[2].data() < bytes.data() + bytes.size());
}

TEST_CASE("encoding appends and leaves what is there alone") {
  std::vector<char> out = {'a', 'b'};
  encode(log_record(), out);
  CHECK(std::string(out.begin(), out.end()) == "ab" + bytes_of(log_record()));
}

TEST_CASE("each kind of event has exactly these bytes") {
  const std::string head =
      "a3 736571 cd 012c a4 70726576 02 a4 6c696e65 ce 00011170"
      "a4 74696d65 cf 18ea567e58ae0aa8 a4 6b696e64"_hex;
  const std::string web = "a7 70726f63657373 a5 7765622e31"_hex;
  const std::string api = "a7 70726f63657373 a3 617069"_hex;
  const std::string said = "a4 74657874 a1 74"_hex;

  EventRecord state = event(RecordKind::state, "web.1", "t");
  state.launch = 2;
  state.from = "starting";
  state.to = "up";
  CHECK(hex(bytes_of(state)) == "8a"_hex + head + "a5 7374617465"_hex + web + said +
                                    "a6 6c61756e6368 02 a4 66726f6d a8 7374617274696e67"
                                    "a2 746f a2 7570"_hex);

  EventRecord scale = event(RecordKind::scale, "api", "t");
  scale.formation = FormationCounts{{"web", 2}, {"worker", 0}};
  scale.by = "a@b";
  CHECK(hex(bytes_of(scale)) == "89"_hex + head + "a5 7363616c65"_hex + api + said +
                                    "a9 666f726d6174696f6e 82 a3 776562 02 a6 776f726b6572 00"
                                    "a2 6279 a3 614062"_hex);

  EventRecord start = event(RecordKind::start, "web.1", "t");
  start.pid = 13998;
  start.command = "x";
  CHECK(hex(bytes_of(start)) == "89"_hex + head + "a5 7374617274"_hex + web + said +
                                    "a3 706964 cd 36ae a7 636f6d6d616e64 a1 78"_hex);

  EventRecord exit = event(RecordKind::exit, "web.1", "t");
  exit.status = 143;
  CHECK(hex(bytes_of(exit)) ==
        "88"_hex + head + "a4 65786974"_hex + web + said + "a6 737461747573 cc 8f"_hex);

  EventRecord error = event(RecordKind::error, "web.1", "t");
  error.code = "R10";
  CHECK(hex(bytes_of(error)) ==
        "88"_hex + head + "a5 6572726f72"_hex + web + said + "a4 636f6465 a3 523130"_hex);

  CHECK(hex(bytes_of(event(RecordKind::notice, "api", "t"))) ==
        "87"_hex + head + "a6 6e6f74696365"_hex + api + said);
}

TEST_CASE("a decoded event is the one that was encoded") {
  EventRecord record = event(RecordKind::scale, "api", "Scale to web=2 by adam@box");
  record.time = WallTime(Nanos(-1));
  record.launch = 0;
  record.formation = FormationCounts{};
  record.from = "";
  record.status = -1;
  const auto back = decoded<EventRecord>(bytes_of(record));
  CHECK(back.numbers.line == 70000);
  CHECK(back.time == record.time);
  CHECK(back.kind == RecordKind::scale);
  CHECK(back.process == "api");
  CHECK(back.text == record.text);
  CHECK(back.launch == record.launch);
  CHECK(back.formation == record.formation);
  CHECK(back.from == record.from);
  CHECK(back.status == record.status);
  CHECK_FALSE(back.to);
  CHECK_FALSE(back.code);
}

TEST_CASE("a text that is not UTF-8 travels as bytes, so that strict decoders survive it") {
  EventRecord record = event(RecordKind::start, "web.1", "run caf\xc3\xa9");
  record.command = "caf\xe9";
  const std::string bytes = bytes_of(record);
  CHECK(bytes.find("\xa9run caf\xc3\xa9") != std::string::npos);
  CHECK(bytes.find("command\xc4\x04"
                   "caf\xe9") != std::string::npos);
  CHECK(decoded<EventRecord>(bytes).command == record.command);
}

TEST_CASE("the order of fields, fields of the future and nil do not matter") {
  auto fields = log_fields();
  fields.insert(fields.begin(), text("later") + "\x81" + text("a") + "\x92\1\2");
  fields.push_back(text("tail") + '\xc0');
  std::swap(fields[1], fields[9]);
  const std::string bytes = map_of(fields);
  const auto record = decoded<LogRecord>(bytes);
  CHECK(record.numbers.seq == 1);
  CHECK(record.lines == std::vector<std::string_view>{"x"});
  const auto numbers = decode_numbers(bytes);
  REQUIRE(numbers);
  CHECK(numbers->seq == 1);
}

TEST_CASE("a field that is missing or wrong is named") {
  for (size_t missing = 0; missing < log_fields().size(); ++missing) {
    auto fields = log_fields();
    const std::string name = fields[missing].substr(1, fields[missing][0] & 0x1f);
    fields.erase(fields.begin() + static_cast<long>(missing));
    const auto record = decode_record(map_of(fields));
    REQUIRE_FALSE(record);
    CHECK(record.message() == "record: field '" + name + "' is missing");
  }
  const auto error = [](size_t place, const std::string& instead) {
    auto fields = log_fields();
    fields[place] = instead;
    return decode_record(map_of(fields)).message();
  };
  CHECK(error(0, text("seq") + text("1")) == "record: field 'seq': not an integer");
  CHECK(error(0, text("seq") + '\xff') ==
        "record: field 'seq': not within 0 to 18446744073709551615");
  CHECK(error(3, text("time") + "\xcf" + std::string(8, '\xff')) ==
        "record: field 'time': not within -9223372036854775808 to 9223372036854775807");
  CHECK(error(4, text("kind") + text("gossip")) ==
        "record: field 'kind': 'gossip' is none of those that exist");
  CHECK(error(9, text("lines") + '\7') == "record: field 'lines': not a list");
  CHECK(error(9, text("lines") + "\x91\7") == "record: field 'lines': not a text");
}

TEST_CASE("a payload that was cut anywhere is refused") {
  for (const std::string& bytes : {bytes_of(log_record()), map_of(log_fields()),
                                   bytes_of(event(RecordKind::notice, "api", "text"))})
    for (size_t length = 0; length < bytes.size(); ++length)
      CHECK_FALSE(decode_record(bytes.substr(0, length)));
}

TEST_CASE("what follows a record is an error and not ignored") {
  CHECK(decode_record(bytes_of(log_record()) + '\0').message() ==
        "record: something follows the map");
}

TEST_CASE("a length that is only claimed allocates nothing") {
  for (const std::string& claim : {"dd ffffffff"_hex, "df ffffffff"_hex, "c6 ffffffff"_hex,
                                   "db ffffffff"_hex, "81 a5 6c696e6573 dd ffffffff"_hex})
    CHECK_FALSE(decode_record(unhex(claim)));
}

TEST_CASE("nesting is limited") {
  CHECK_FALSE(decode_record(std::string(100'000, '\x91') + '\0'));
  CHECK_FALSE(decode_numbers(std::string(100'000, '\x91') + '\0'));
}

TEST_CASE("a payload over the limit is refused before it is looked at") {
  CHECK(decode_record(std::string(limits::bus_payload + 1, '\0')).message() ==
        "record: 1048577 bytes");
}

TEST_CASE("the numbers are read without the rest") {
  const std::string bytes = bytes_of(log_record());
  const auto numbers = decode_numbers(std::string_view(bytes).substr(0, 18));
  REQUIRE(numbers);
  CHECK(numbers->seq == 7);
  CHECK(numbers->prev == 3);
  CHECK(numbers->line == 41);
  CHECK_FALSE(decode_numbers(bytes.substr(0, 12)));
  CHECK_FALSE(decode_numbers(""));
  CHECK_FALSE(decode_numbers("\x80"));
}

TEST_CASE("garbage is refused and harms nobody") {
  std::mt19937 random(1);
  const std::string honest = bytes_of(log_record());
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = honest;
    for (unsigned flips = 1 + random() % 4; flips > 0; --flips)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    (void)decode_record(bytes);
    (void)decode_numbers(bytes);
  }
}

}  // namespace muster
