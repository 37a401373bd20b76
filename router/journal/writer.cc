// Opening: find the last checkpoint, read what follows, cut off what is torn. Appending: one write
// at a known offset, so that a failed one is simply written over.
#include "router/journal/writer.h"

#include <algorithm>
#include <limits>

#include "router/journal/rewrite.h"
#include "router/journal/segment_reader.h"

namespace muster::journal {

Result<Writer> Writer::open(Storage& storage, WriterOptions options) {
  Writer writer(storage, options);
  if (auto read = writer.read_segments(); !read) return tl::unexpected(read.error());
  if (auto scanned = writer.scan(); !scanned) return tl::unexpected(scanned.error());
  writer.leave_out_what_is_missing();
  return writer;
}

// Learns which segments there are, and the journal's key.
Result<> Writer::read_segments() {
  auto names = storage_->list();
  if (!names) return tl::unexpected(names.error());
  for (auto& name : *names) {
    if (auto first = parse_segment_name(name)) segments_.push_back({*first, 0, 0});
    if (is_unfinished_name(name)) (void)storage_->remove(name);  // of a daemon that was killed
  }
  std::sort(segments_.begin(), segments_.end(),
            [](auto& a, auto& b) { return a.first_seq < b.first_seq; });
  for (auto& segment : segments_) {
    auto& header = headers_.emplace_back();
    std::string name = segment_name(segment.first_seq);
    auto file = storage_->open(name, Storage::Mode::read);
    // Its numbers would be given out again, and it might be emptied to make room for them.
    if (!file && &segment == &segments_.back()) return tl::unexpected(file.error());
    if (!file) continue;
    segment.bytes = (*file)->size().value_or(0);
    known_found_ = known_found_ || (*file)->identity() == options_.known.identity;
    SegmentReader reader(std::move(*file), {});
    segment.packed = reader.is_packed();
    header = reader.header();
    if (!header) continue;
    if (header->version > version)
      return fail("{} has version {} of the journal's format, this program knows {}", name,
                  header->version, version);
    segment.created = header->created;
    options_.key = header->key;
  }
  return {};
}

// Reads everything from the newest usable checkpoint on.
Result<> Writer::scan() {
  std::vector<SegmentReader> readers;  // newest first, down to that checkpoint
  std::vector<uint64_t> successors;    // of each, by first seq
  std::optional<uint32_t> key;
  for (auto& header : headers_)
    if (header) key = header->key;
  for (auto s = segments_.rbegin(); s != segments_.rend(); ++s) {
    auto file = storage_->open(segment_name(s->first_seq), Storage::Mode::read);
    if (!file) return tl::unexpected(file.error());
    auto& reader = readers.emplace_back(std::move(*file), key);
    successors.push_back(s == segments_.rbegin() ? UINT64_MAX : std::prev(s)->first_seq);
    auto first = reader.at(SegmentReader::first_record);
    if (!first || first->record.header.type != RecordType::checkpoint) continue;
    auto& header = first->record.header;
    auto numbering = Numbering::decode(header.seq, header.line, first->record.payload);
    if (!numbering) continue;
    numbering_ = std::move(*numbering);
    break;
  }
  uint64_t end = 0;
  bool closed = false;
  size_t since_checkpoint = 0;  // records
  if (!segments_.empty() && numbering_.seq() == 0 && segments_.front().first_seq > 1)
    numbering_.know_nothing_before(segments_.front().first_seq);
  for (auto reader = readers.rbegin(); reader != readers.rend(); ++reader) {
    end = 0;
    clock_offset_.reset();
    uint64_t offset = SegmentReader::first_record;
    const uint64_t successor = successors[size_t(readers.rend() - reader) - 1];
    while (auto found = reader->find(offset, 0)) {
      auto& header = found->record.header;
      if (header.seq >= successor) break;  // written again there
      offset = end = found->next();
      last_length_ = header.length;
      closed = header.type == RecordType::checkpoint && header.flags & flag_closed;
      since_checkpoint = header.type == RecordType::checkpoint ? 0 : since_checkpoint + 1;
      if (header.type == RecordType::checkpoint || header.seq <= numbering_.seq()) continue;
      if (numbering_.seq()) records_missing_ += header.seq - numbering_.seq() - 1;
      numbering_.note(header, found->record.topic);
      note_time(header);
    }
  }
  if (segments_.empty()) return {};
  // The newest segment's name says how far the records before it went, whatever has become of them.
  if (const uint64_t named = segments_.back().first_seq; numbering_.seq() + 1 < named) {
    records_missing_ += named - 1 - numbering_.seq();
    numbering_.leave_out(named - 1 - numbering_.seq());
  }
  auto newest = std::find_if(headers_.rbegin(), headers_.rend(),
                             [](auto& header) { return header.has_value(); });
  const bool same_boot = newest != headers_.rend() && (*newest)->boot_id == options_.boot_id;
  const bool unreadable = readers.front().unreadable_to() > end;
  // The second record after a checkpoint was appended when the first was on the disk.
  first_kept_ = since_checkpoint >= 2;
  for (size_t back = std::min(segments_.size(), SyncPlan::max_dirty); same_boot && back > 0; back--)
    if (auto file = storage_->open(segment_name(segments_[segments_.size() - back].first_seq),
                                   Storage::Mode::read))
      sync_soon(segments_.size() - back, std::move(*file));
  if (unreadable || (!same_boot && !closed))
    leave_numbers_out();
  else if (same_boot && headers_.back() && end > 0 && !segments_.back().packed)
    continue_newest(end);
  headers_.clear();
  return {};
}

// Records that a killed daemon may have left in the page cache.
void Writer::sync_soon(size_t segment, std::shared_ptr<StorageFile> file) {
  const uint64_t first = segments_[segment].first_seq;
  const bool newest = segment + 1 == segments_.size();
  const uint64_t last = newest ? numbering_.seq() : segments_[segment + 1].first_seq - 1;
  plan_.began({std::move(file), first, segments_[segment].bytes, last, 0, first - 1});
}

// If the newest segment cannot be written, a new one begins instead. That it cannot be cut is no
// reason: what is behind its end is a part of one record, and what is appended starts at the end
// anyway. A new one might take its name, while a reader stands in the one that it knows.
void Writer::continue_newest(uint64_t end) {
  auto file = storage_->open(segment_name(segments_.back().first_seq), Storage::Mode::write);
  if (!file) return;
  if ((*file)->size().value_or(0) != end) (void)(*file)->truncate(end);
  file_ = std::move(*file);
  end_ = end;
  segments_.back().bytes = end;
  sync_soon(segments_.size() - 1, file_);
}

void Writer::note_time(const RecordHeader& header) {
  newest_ = WallTime(Nanos(header.wall));
  const Nanos offset(header.wall - header.mono);
  clock_offset_ = std::max(clock_offset_.value_or(offset), offset);
}

// A segment without a record is not begun again: a reader may know its checkpoint already. Within
// a segment the clock is never set back, so that its first and last record bound its times.
bool Writer::must_rotate(size_t bytes, const RecordHeader& next) const {
  if (segments_.back().first_seq == next.seq) return false;
  const bool set_back =
      clock_offset_ && Nanos(next.wall - next.mono) < *clock_offset_ - clock_slack;
  return set_back || end_ + bytes > options_.segment_bytes ||
         next.wall - segments_.back().created > options_.segment_age.count();
}

Result<> Writer::append(std::vector<char>& record, RecordHeader header) {
  if (!sync_trouble().empty()) return fail("{}", sync_trouble());
  if (file_ && file_->size().value_or(end_) < end_) begin_anew();
  if (!file_ || must_rotate(record.size(), header))
    if (auto begun = begin_segment(header); !begun) return begun;
  header.key = options_.key;
  header.previous = last_length_;
  finish_record(record, 0, header);
  std::string_view bytes(record.data(), record.size());
  if (auto written = write_all(*file_, bytes, end_); !written) {
    (void)file_->truncate(end_);  // tidier for readers; the next append starts at end_ anyway
    return written;
  }
  if (auto kept = first_kept_ ? Result<>() : sync_now(*file_); !kept) {
    plan_.forget(segments_.back().first_seq);  // it is not known what it may have lost
    file_.reset();
    return kept;
  }
  first_kept_ = true;
  end_ += bytes.size();
  last_length_ = uint32_t(bytes.size());
  segments_.back().bytes = end_;
  plan_.wrote(end_, header.seq);
  note_time(header);
  numbering_.note(header, bytes.substr(sizeof header, header.topic_length));
  return {};
}

Result<> Writer::begin_segment(const RecordHeader& next) {
  if (plan_.full()) return fail("the disk is {} segments behind", SyncPlan::max_dirty);
  SegmentHeader header;
  header.first_seq = next.seq;
  header.created = next.wall;
  header.key = options_.key;
  header.boot_id = options_.boot_id;
  const uint16_t flags = left_out_ && !first_kept_ ? flag_left_out : 0;
  const std::vector<char> head = segment_head(header, numbering_, next.mono, flags);
  // From when there is a next segment, a reader takes this one for complete: it is, whatever fails.
  file_.reset();
  // It gets its name when it is whole: a segment without a header means a power cut.
  const std::string name = segment_name(next.seq), unfinished = unfinished_name(name);
  auto file = storage_->open(unfinished, Storage::Mode::create);
  if (!file) return tl::unexpected(file.error());
  auto written = write_all(**file, {head.data(), head.size()}, 0);
  if (written) written = storage_->rename(unfinished, name);
  if (!written) {
    (void)storage_->remove(unfinished);
    return written;
  }
  if (!segments_.empty() && segments_.back().first_seq == next.seq) segments_.pop_back();
  segments_.push_back({next.seq, head.size(), next.wall});
  clock_offset_.reset();
  file_ = std::move(*file);
  end_ = head.size();
  last_length_ = uint32_t(head.size() - sizeof header);
  plan_.began({file_, next.seq, end_, numbering_.seq(), 0, numbering_.seq()});
  retire(next.wall);
  return {};
}

// The file and its name. Waits: for the first record of a daemon, and at the end.
Result<> Writer::sync_now(StorageFile& file) {
  if (auto synced = file.sync(); !synced) return synced;
  auto directory = storage_->open_directory();
  return directory ? (*directory)->sync() : Result<>(tl::unexpected(directory.error()));
}

Result<> Writer::close(int64_t wall, int64_t mono) {
  if (!file_ || !sync_trouble().empty()) return {};
  RecordHeader header;
  header.key = options_.key;
  header.previous = last_length_;
  header.wall = wall;
  header.mono = mono;
  header.flags = flag_closed;
  std::vector<char> end;
  add_checkpoint(end, numbering_, header);
  auto written = write_all(*file_, {end.data(), end.size()}, end_);
  if (written) written = sync_now(*file_);
  file_.reset();
  return written;
}

SyncTask Writer::begin_sync(MonoTime now) {
  while (auto* failed = plan_.failed())
    if (!mend(*failed)) break;
  return plan_.begin(*storage_, now);
}

// Records that did not get onto the disk go to a new segment. A record that cannot be read any more
// is missing, which every reader notices by the numbers.
Result<> Writer::mend(const SyncPlan::Dirty& failed) {
  const uint64_t segment = failed.segment, last = failed.seq, durable = failed.durable_seq;
  const bool newest = file_ && failed.file == file_;
  if (durable == last) {  // no record to be saved: it begins again with the next
    plan_.forget(segment);
    if (newest) file_.reset();
    return {};
  }
  auto again = rewrite(*storage_, segment, durable, last);
  if (!again) return tl::unexpected(again.error());
  auto after = std::upper_bound(segments_.begin(), segments_.end(), durable,
                                [](uint64_t seq, auto& s) { return seq < s.first_seq; });
  Segment entry{again->first_seq, again->end, segments_.back().created};
  if (after != segments_.end() && after->first_seq == entry.first_seq)
    *after = entry;
  else
    segments_.insert(after, entry);
  if (newest) {
    file_ = again->file;
    end_ = again->end;
    last_length_ = again->last_length;
  }
  plan_.replace(segment, {again->file, again->first_seq, again->end, last, 0, durable});
  return {};
}

// Deletes the oldest segments while they are too old, or all are too big.
void Writer::retire(int64_t wall) {
  uint64_t total = 0;
  for (auto& segment : segments_) total += segment.bytes;
  size_t retired = 0;
  for (; retired + 1 < segments_.size(); retired++) {
    bool aged = wall - segments_[retired + 1].created > options_.age.count();
    if (!aged && total <= options_.total_bytes) break;
    if (!storage_->remove(segment_name(segments_[retired].first_seq))) break;
    total -= segments_[retired].bytes;
    plan_.forget(segments_[retired].first_seq);
  }
  if (retired == 0) return;
  segments_.erase(segments_.begin(), segments_.begin() + ptrdiff_t(retired));
  numbering_.forget_before(segments_.front().first_seq);
}

}  // namespace muster::journal
