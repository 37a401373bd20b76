// Headers to bytes and back; nothing is believed before its checksum.
#include "router/journal/format.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>

namespace muster::journal {
namespace {

constexpr size_t name_digits = 20;
constexpr std::string_view name_suffix = ".journal";
constexpr size_t record_summed_from = offsetof(RecordHeader, checksum) + sizeof(uint64_t);

uint64_t sum(const SegmentHeader& header) {
  return XXH3_64bits(&header, offsetof(SegmentHeader, checksum));
}

uint64_t sum_record(const char* record, size_t length) {
  return XXH3_64bits(record + record_summed_from, length - record_summed_from);
}

}  // namespace

std::string journal_name(uint32_t key) { return fmt::format("{:08x}", key); }

std::string segment_name(uint64_t first_seq) {
  return fmt::format("{:020}{}", first_seq, name_suffix);
}

std::optional<uint64_t> parse_segment_name(std::string_view name) {
  if (name.size() != name_digits + name_suffix.size() || !name.ends_with(name_suffix)) return {};
  uint64_t seq = 0;
  auto [end, error] = std::from_chars(name.data(), name.data() + name_digits, seq);
  if (error != std::errc() || end != name.data() + name_digits) return {};
  return seq;
}

void seal(SegmentHeader& header) { header.checksum = sum(header); }

std::optional<SegmentHeader> parse_segment_header(std::string_view bytes) {
  SegmentHeader header;
  const auto magic = header.magic;
  if (bytes.size() < sizeof header) return {};
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.magic != magic || header.checksum != sum(header)) return {};
  return header;
}

void begin_record(std::vector<char>& out, std::string_view topic) {
  size_t begin = out.size();
  out.resize(begin + sizeof(RecordHeader) + topic.size());
  std::copy(topic.begin(), topic.end(), out.begin() + ptrdiff_t(begin + sizeof(RecordHeader)));
}

void finish_record(std::vector<char>& out, size_t begin, RecordHeader header) {
  char* record = out.data() + begin;
  size_t length = out.size() - begin;
  header.length = uint32_t(length);
  std::memcpy(record, &header, sizeof header);
  header.checksum = sum_record(record, length);
  std::memcpy(record, &header, sizeof header);
}

std::optional<RecordHeader> parse_record_header(std::string_view bytes,
                                                std::optional<uint32_t> key) {
  RecordHeader header;
  if (bytes.size() < sizeof header) return {};
  std::memcpy(&header, bytes.data(), sizeof header);
  bool fits = header.magic == record_magic && header.length <= record_limit &&
              header.topic_length <= topic_limit &&
              header.length >= sizeof header + header.topic_length && (!key || header.key == *key);
  return fits ? std::optional(header) : std::nullopt;
}

std::optional<RecordView> parse_record(std::string_view bytes, std::optional<uint32_t> key) {
  auto header = parse_record_header(bytes, key);
  if (!header || header->length > bytes.size()) return {};
  if (header->checksum != sum_record(bytes.data(), header->length)) return {};
  auto topic = bytes.substr(sizeof *header, header->topic_length);
  auto payload =
      bytes.substr(sizeof *header + topic.size(), header->length - sizeof *header - topic.size());
  return RecordView{*header, topic, payload};
}

}  // namespace muster::journal
