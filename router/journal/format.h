// The journal's bytes, as JOURNAL.md describes them: the two headers, the checksum, the names of
// segments. Knows no files.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/limits.h"

namespace muster::journal {

static_assert(std::endian::native == std::endian::little, "the structs below are the file's bytes");

inline constexpr uint32_t plain_version = 1;
inline constexpr uint32_t packed_version = 2;        // an older program must refuse it
inline constexpr uint32_t version = packed_version;  // the highest that is understood
inline constexpr uint32_t record_magic = 0x31524ad1;
inline constexpr size_t topic_limit = limits::bus_topic;
inline constexpr uint32_t record_limit = limits::journal_record;

using BootId = std::array<uint8_t, 16>;

struct SegmentHeader {
  std::array<char, 8> magic = {'M', 'U', 'S', 'T', 'E', 'R', 'J', '\n'};
  uint32_t version = plain_version;
  uint32_t size = 64;
  uint64_t first_seq = 0;
  int64_t created = 0;  // wall, nanoseconds
  uint32_t key = 0;
  uint32_t flags = 0;
  BootId boot_id = {};
  uint64_t checksum = 0;
};
static_assert(sizeof(SegmentHeader) == 64);

// A bit of SegmentHeader::flags: what follows it is packed (packed_file.h).
inline constexpr uint32_t flag_packed = 1;

// A bit of RecordHeader::flags: the record's last line is not over; it goes on in the stream's
// next.
inline constexpr uint16_t flag_unfinished = 1;
// A bit of a checkpoint's flags: numbers up to its own were left out, because a power cut may have
// taken them.
inline constexpr uint16_t flag_left_out = 2;
// A bit of a checkpoint's flags: nothing was published beyond it when the daemon ended.
inline constexpr uint16_t flag_closed = 4;

enum class RecordType : uint8_t { record = 0, checkpoint = 1 };

struct RecordHeader {
  uint32_t magic = record_magic;
  uint32_t length = 0;
  uint64_t checksum = 0;
  uint32_t key = 0;
  uint32_t previous = 0;
  uint64_t seq = 0;
  uint64_t line = 0;
  uint64_t stream = 0;
  uint64_t end = 0;
  int64_t wall = 0;
  int64_t mono = 0;
  uint32_t lines = 0;
  uint8_t topic_length = 0;
  RecordType type = RecordType::record;
  uint16_t flags = 0;
};
static_assert(sizeof(RecordHeader) == 80);

// The number under which a stream's end is kept.
constexpr uint64_t stream_key(uint64_t launch, bool is_stderr) { return launch << 1 | is_stderr; }

// The text for a journal's key that a subscriber is told.
std::string journal_name(uint32_t key);
std::string segment_name(uint64_t first_seq);
std::optional<uint64_t> parse_segment_name(std::string_view name);

// Sets the checksum.
void seal(SegmentHeader& header);
// The header at the front of `bytes`, of any version, if it is whole.
std::optional<SegmentHeader> parse_segment_header(std::string_view bytes);

// A record is built in place: begin_record leaves room for the header and appends the topic, the
// caller appends the payload, finish_record fills in the header and the checksum. A record may
// begin anywhere in `out` and ends at its end.
void begin_record(std::vector<char>& out, std::string_view topic);
void finish_record(std::vector<char>& out, size_t begin, RecordHeader header);

// A record in its bytes; the views point into them.
struct RecordView {
  RecordHeader header;
  std::string_view topic, payload;
};

// The header at the front of `bytes` if it could be one: magic, limits and key fit. The record may
// still be cut short or damaged.
std::optional<RecordHeader> parse_record_header(std::string_view bytes,
                                                std::optional<uint32_t> key);
// The record at the front of `bytes`, if it is whole.
std::optional<RecordView> parse_record(std::string_view bytes, std::optional<uint32_t> key);

}  // namespace muster::journal
