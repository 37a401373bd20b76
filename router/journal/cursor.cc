// Segments one after the other; a segment is over when a newer one exists and nothing more can be
// found in it.
#include "router/journal/cursor.h"

#include <algorithm>

namespace muster::journal {

Result<std::vector<uint64_t>> list_segments(Storage& storage) {
  auto names = storage.list();
  if (!names) return tl::unexpected(names.error());
  std::vector<uint64_t> segments;
  for (auto& name : *names)
    if (auto first = parse_segment_name(name)) segments.push_back(*first);
  std::sort(segments.begin(), segments.end());
  return segments;
}

Result<Cursor> Cursor::open(Storage& storage) {
  Cursor cursor(storage);
  auto segments = list_segments(storage);
  if (!segments) return tl::unexpected(segments.error());
  cursor.segments_ = std::move(*segments);
  for (auto s = cursor.segments_.rbegin(); s != cursor.segments_.rend() && !cursor.key_; ++s)
    if (auto reader = cursor.open_segment(*s)) {
      auto header = reader->header();
      if (!header) continue;
      if (header->version > version)
        return fail("{} has version {} of the journal's format, this program knows {}",
                    segment_name(*s), header->version, version);
      cursor.key_ = header->key;
    }
  cursor.seek(0);
  return cursor;
}

std::optional<SegmentReader> Cursor::open_segment(uint64_t first_seq) {
  auto file = storage_->open(segment_name(first_seq), Storage::Mode::read);
  if (!file) return {};
  return SegmentReader(std::move(*file), key_);
}

void Cursor::seek(uint64_t seq) {
  auto after = std::upper_bound(segments_.begin(), segments_.end(), seq);
  if (after != segments_.begin()) --after;
  seek(Position{after == segments_.end() ? 0 : *after, SegmentReader::first_record});
}

void Cursor::seek(Position position) {
  segment_ = position.segment;
  offset_ = position.offset;
  reader_.reset();
  passed_ = 0;
}

// Whether there is a segment newer than the one that is open.
bool Cursor::refresh() {
  if (auto segments = list_segments(*storage_)) segments_ = std::move(*segments);
  return !segments_.empty() && segments_.back() > segment_;
}

std::optional<SegmentReader::Found> Cursor::read() {
  if (!reader_) reader_ = open_segment(segment_);
  if (!reader_) return {};
  auto found = reader_->at(offset_);
  if (!found && reader_->size() > offset_) found = reader_->find(offset_, passed_);
  return found;
}

std::optional<RecordView> Cursor::next() {
  for (;;) {
    auto found = read();
    if (!found) {
      if (!refresh()) return {};
      found = read();  // what was written before the newer segment began
    }
    if (!found) {
      auto newer = std::upper_bound(segments_.begin(), segments_.end(), segment_);
      segment_ = *newer;
      offset_ = SegmentReader::first_record;
      reader_.reset();
      continue;
    }
    offset_ = found->next();
    auto& header = found->record.header;
    if (header.seq < passed_) continue;
    if (header.type == RecordType::record && header.seq == passed_) continue;
    passed_ = header.seq;
    return found->record;
  }
}

}  // namespace muster::journal
