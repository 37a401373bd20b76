// A buffer over the file, and the search for the next magic that begins a whole record.
#include "router/journal/segment_reader.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace muster::journal {

SegmentReader::SegmentReader(std::unique_ptr<StorageFile> file, std::optional<uint32_t> key)
    : key_(key) {
  auto packed = PackedFile::open(file);
  packed_ = packed.get();
  file_ = packed ? std::move(packed) : std::move(file);
}

std::string_view SegmentReader::view(uint64_t offset, size_t bytes, size_t before,
                                     size_t block_bytes) {
  uint64_t buffer_end = buffer_offset_ + buffered_;
  if (offset < buffer_offset_ || offset + bytes > buffer_end) {
    buffer_offset_ = offset - std::min<uint64_t>(before, offset);
    size_t wanted = std::max(block_bytes, size_t(offset - buffer_offset_) + bytes);
    if (buffer_.size() < wanted) buffer_.resize(wanted);
    auto read = file_->read(buffer_.data(), wanted, buffer_offset_);
    if (!read) {
      uint64_t end = size();
      read = end > buffer_offset_ ? std::min<uint64_t>(wanted, end - buffer_offset_) : 0;
      std::memset(buffer_.data(), 0, *read);
      unreadable_to_ = std::max(unreadable_to_, buffer_offset_ + *read);
    }
    buffered_ = *read;
    buffer_end = buffer_offset_ + buffered_;
  }
  if (offset >= buffer_end) return {};
  return {buffer_.data() + (offset - buffer_offset_), size_t(buffer_end - offset)};
}

std::optional<SegmentHeader> SegmentReader::header() {
  auto header = parse_segment_header(view(0, sizeof(SegmentHeader), 0, sizeof(SegmentHeader)));
  if (header) key_ = header->key;
  return header;
}

// Small records are read many at a time; of big ones only the headers.
template <class IsBefore>
uint64_t SegmentReader::skim(IsBefore is_before) {
  constexpr size_t wanted = sizeof(RecordHeader);
  uint64_t place = first_record, length = 0;
  for (uint64_t offset = first_record;; offset += length) {
    const bool big = length > block / 16;
    const auto header = parse_record_header(view(offset, wanted, 0, big ? wanted : block), key_);
    if (!header || (header->type == RecordType::record && !is_before(*header))) return place;
    place = offset;
    length = header->length;
  }
}

uint64_t SegmentReader::place_of(uint64_t seq) {
  if (packed_) return packed_->place_of(seq);
  return skim([&](const RecordHeader& header) { return header.seq < seq; });
}

uint64_t SegmentReader::place_of(WallTime since) {
  if (packed_) return packed_->place_of(since);
  const int64_t time = since.time_since_epoch().count();
  return skim([&](const RecordHeader& header) { return header.wall < time; });
}

// The wall clock against the monotonic one tells whether it was set back: a segment is of one boot.
std::optional<TimeRange> SegmentReader::times() {
  auto found = first();
  if (found && found->record.header.type == RecordType::checkpoint) found = at(found->next());
  if (!found) return {};
  const RecordHeader oldest = found->record.header;
  found = last();
  if (!found) return {};
  const RecordHeader& newest = found->record.header;
  if (newest.wall - newest.mono < oldest.wall - oldest.mono - clock_slack.count()) return {};
  return TimeRange{WallTime(Nanos(oldest.wall)), WallTime(Nanos(newest.wall))};
}

std::optional<SegmentReader::Found> SegmentReader::at(uint64_t offset) {
  if (auto header = parse_record_header(view(offset, sizeof(RecordHeader)), key_)) {
    if (auto record = parse_record(view(offset, header->length), key_)) {
      key_ = record->header.key;
      return Found{offset, *record};
    }
  }
  buffered_ = 0;  // it may be half written: look again next time
  return {};
}

std::optional<SegmentReader::Found> SegmentReader::first() {
  view(first_record, sizeof(RecordHeader), 0, ends_block);
  return at(first_record);
}

std::optional<SegmentReader::Found> SegmentReader::find(uint64_t offset, uint64_t after) {
  for (;;) {
    auto bytes = view(offset, sizeof(RecordHeader));
    if (bytes.size() < sizeof(RecordHeader)) return {};
    const void* hit = ::memmem(bytes.data(), bytes.size(), &record_magic, sizeof record_magic);
    if (!hit) {
      offset += bytes.size() - sizeof record_magic + 1;
      continue;
    }
    offset += size_t(static_cast<const char*>(hit) - bytes.data());
    auto found = at(offset);
    if (found && found->record.header.seq > after) return found;
    offset++;
  }
}

std::optional<SegmentReader::Found> SegmentReader::last() {
  const uint64_t end = size();
  const uint64_t lowest = end > record_limit ? end - record_limit : 0;
  const std::string_view magic(reinterpret_cast<const char*>(&record_magic), sizeof record_magic);
  size_t step = ends_block;
  for (uint64_t upper = end; upper > lowest; step = block) {
    uint64_t lower = upper - std::min<uint64_t>(step, upper - lowest);
    std::string part(view(lower, size_t(upper - lower) + magic.size() - 1, 0, step));
    for (size_t hit = part.rfind(magic); hit != part.npos; hit = part.rfind(magic, hit - 1)) {
      auto header = parse_record_header(std::string_view(part).substr(hit), key_);
      bool ends_there = !header || lower + hit + header->length == end;
      if (ends_there)
        if (auto found = at(lower + hit)) return found;
      if (hit == 0) break;
    }
    upper = lower;
  }
  return {};
}

// Small records are read many at a time; of big ones only what is looked at.
std::optional<SegmentReader::Found> SegmentReader::before(uint64_t offset,
                                                          const RecordHeader& later) {
  if (later.previous == 0 || later.previous > offset) return {};
  offset -= later.previous;
  bool big = later.previous > block / 16;
  const size_t looked_at =
      std::max<size_t>(sizeof(RecordHeader) + topic_limit, big ? 0 : later.previous);
  auto bytes = view(offset, looked_at, big ? 0 : block - looked_at, big ? looked_at : block);
  auto header = parse_record_header(bytes, key_);
  bool fits = header && header->length == later.previous && header->seq <= later.seq;
  if (!fits) return {};
  return Found{offset, {*header, bytes.substr(sizeof *header, header->topic_length), {}}};
}

bool SegmentReader::is_whole(const Found& found) {
  const auto& header = found.record.header;
  return parse_record(view(found.offset, header.length), key_).has_value();
}

}  // namespace muster::journal
