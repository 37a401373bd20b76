// Segments one after the other; a segment is over when a newer one exists and nothing more can be
// found in it.
#include "router/journal/cursor.h"

#include <algorithm>

#include "router/numbering.h"

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

Result<Cursor> Cursor::open(Storage& storage, Wanted wanted) {
  Cursor cursor(storage, std::move(wanted));
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
  const uint64_t segment = after == segments_.end() ? 0 : *after;
  enter(segment);
  if (segment_ == segment) begin_at(seq);
}

void Cursor::seek(WallTime since) {
  wanted_.since = since;
  enter(segments_.empty() ? 0 : segments_.front());
  if (segment_ > 0) begin_at(since);
}

void Cursor::seek_anew(uint64_t seq) {
  (void)refresh();
  seek(seq);
}

// Not before what is looked for, if the segment knows where that is.
template <class What>
void Cursor::begin_at(What what) {
  reader_ = open_segment(segment_);
  if (reader_) offset_ = reader_->place_of(what);
}

// To the start of a segment, or of the first after it that is worth reading.
void Cursor::enter(uint64_t first_seq) {
  const uint64_t begin = first_seq;
  while (!may_hold(first_seq)) first_seq = successor(first_seq);
  skip(begin, first_seq - 1);
  seek(Position{first_seq, SegmentReader::first_record});
}

void Cursor::skip(uint64_t first_seq, uint64_t last_seq) {
  if (last_seq + 1 <= first_seq) return;
  const bool goes_on = skipped_.second > 0 && first_seq == skipped_.second + 1;
  skipped_ = {goes_on ? skipped_.first : first_seq, last_seq};
}

// Only the last record of the rest of the segment is read, which tells how far it goes.
void Cursor::skip_to_last() {
  beyond_ = false;
  if (skipped_in_ == segment_ || !reader_ || !reader_->times()) return;
  skipped_in_ = segment_;
  const auto last = reader_->last();
  if (!last || last->offset <= offset_) return;
  const auto& header = last->record.header;
  skip(passed_ + 1, header.type == RecordType::record ? header.seq - 1 : header.seq);
  offset_ = last->offset;
}

// The first seq of the segment after this one; 0 if it is the newest.
uint64_t Cursor::successor(uint64_t first_seq) const {
  auto after = std::upper_bound(segments_.begin(), segments_.end(), first_seq);
  return after == segments_.end() ? 0 : *after;
}

// The last one that can be read is read, so that the end of the journal is found.
bool Cursor::may_hold(uint64_t first_seq) {
  const uint64_t next = successor(first_seq);
  const bool all = wanted_.topics.empty() && !wanted_.since && !wanted_.until;
  if (all || next == 0) return true;
  auto reader = open_segment(next);
  auto checkpoint = reader ? reader->first() : std::nullopt;
  if (!checkpoint || checkpoint->record.header.type != RecordType::checkpoint) return true;
  return holds_topics(first_seq, checkpoint->record) && holds_times(first_seq);
}

bool Cursor::holds_times(uint64_t first_seq) {
  if (!wanted_.since && !wanted_.until) return true;
  auto reader = open_segment(first_seq);
  const auto times = reader ? reader->times() : std::nullopt;
  return !times || wanted_.overlaps(*times);
}

// The checkpoint of its successor knows.
bool Cursor::holds_topics(uint64_t first_seq, const RecordView& checkpoint) const {
  if (wanted_.topics.empty()) return true;
  auto& header = checkpoint.header;
  auto numbering = Numbering::decode(header.seq, header.line, checkpoint.payload);
  if (!numbering) return true;
  return std::any_of(wanted_.topics.begin(), wanted_.topics.end(),
                     [&](auto& prefix) { return numbering->has_since(first_seq, prefix); });
}

void Cursor::seek(Position position) {
  segment_ = position.segment;
  offset_ = position.offset;
  reader_.reset();
  passed_ = 0;
  beyond_ = false;
}

// Whether there is a segment newer than the one that is open.
bool Cursor::refresh() {
  if (auto segments = list_segments(*storage_)) segments_ = std::move(*segments);
  return !segments_.empty() && segments_.back() > segment_;
}

// A file that is no longer in the directory was deleted, or replaced by one of the same name.
std::optional<SegmentReader::Found> Cursor::read() {
  if (!reader_) reader_ = open_segment(segment_);
  if (!reader_) return {};
  auto found = reader_->at(offset_);
  if (!found && reader_->size() == 0) {
    reader_ = open_segment(segment_);
    if (!reader_) return {};
    found = reader_->at(offset_);
  }
  if (!found && reader_->size() > offset_) found = reader_->find(offset_, passed_);
  // A segment without a record may have been created again since its checkpoint was read.
  bool lacks_first =
      passed_ > 0 && passed_ + 1 == segment_ && found && found->record.header.seq > segment_;
  if (lacks_first) found = reader_->find(SegmentReader::first_record, passed_);
  const uint64_t next = successor(segment_);
  bool elsewhere = found && next && found->record.header.seq >= next;  // written again there
  return elsewhere ? std::nullopt : found;
}

std::optional<RecordView> Cursor::next() {
  if (beyond_) skip_to_last();
  for (;;) {
    auto found = read();
    if (!found) {
      if (!refresh()) return {};
      found = read();  // what was written before the newer segment began
    }
    if (!found) {
      uint64_t passed = passed_;
      enter(successor(segment_));
      passed_ = passed;
      continue;
    }
    offset_ = found->next();
    auto& header = found->record.header;
    if (header.seq < passed_) continue;
    if (header.type == RecordType::record && header.seq == passed_) continue;
    passed_ = header.seq;
    beyond_ = header.type == RecordType::record && wanted_.until &&
              WallTime(Nanos(header.wall)) > *wanted_.until + clock_slack;
    return found->record;
  }
}

}  // namespace muster::journal
