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
  writer.scan();
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
    if (!file) continue;
    SegmentReader reader(std::move(*file), {});
    segment.bytes = reader.size();
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
void Writer::scan() {
  std::vector<SegmentReader> readers;  // newest first, down to that checkpoint
  std::vector<uint64_t> successors;    // of each, by first seq
  std::optional<uint32_t> key;
  for (auto& header : headers_)
    if (header) key = header->key;
  for (auto s = segments_.rbegin(); s != segments_.rend(); ++s) {
    auto file = storage_->open(segment_name(s->first_seq), Storage::Mode::read);
    if (!file) continue;
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
  for (auto reader = readers.rbegin(); reader != readers.rend(); ++reader) {
    end = 0;
    uint64_t offset = SegmentReader::first_record;
    const uint64_t successor = successors[size_t(readers.rend() - reader) - 1];
    while (auto found = reader->find(offset, 0)) {
      auto& header = found->record.header;
      if (header.seq >= successor) break;  // written again there
      offset = end = found->next();
      last_length_ = header.length;
      closed = header.type == RecordType::checkpoint && header.flags & flag_closed;
      if (header.type == RecordType::checkpoint || header.seq <= numbering_.seq()) continue;
      if (numbering_.seq()) records_missing_ += header.seq - numbering_.seq() - 1;
      numbering_.note(header, found->record.topic);
      newest_ = WallTime(Nanos(header.wall));
    }
  }
  auto newest = std::find_if(headers_.rbegin(), headers_.rend(),
                             [](auto& header) { return header.has_value(); });
  bool same_boot = newest != headers_.rend() && (*newest)->boot_id == options_.boot_id;
  bool usable = same_boot && headers_.back() && end > 0;
  if (!segments_.empty() && !same_boot && !closed) leave_numbers_out();
  bool synced = !plan_.on() || sync_what_is_there();
  if (usable && synced) continue_newest(*headers_.back(), end);
  headers_.clear();
}

void Writer::leave_numbers_out() {
  const uint64_t last = numbering_.seq();
  numbering_.leave_out(numbers_left_out);
  left_out_ = {last + 1, numbering_.seq()};
  left_out_kept_ = false;
}

// What an earlier daemon may have left in the page cache. Waits, so before anything runs.
bool Writer::sync_what_is_there() {
  SyncTask task;
  for (auto& segment : segments_)
    if (auto file = storage_->open(segment_name(segment.first_seq), Storage::Mode::write))
      task.parts.push_back({std::move(*file)});
  if (segments_.empty()) return true;
  if (auto directory = storage_->open_directory()) task.directory = std::move(*directory);
  task.run();
  return !task.directory_error && std::all_of(task.parts.begin(), task.parts.end(),
                                              [](auto& part) { return part.outcome->has_value(); });
}

// If the newest segment cannot be written or cut, a new one begins instead.
void Writer::continue_newest(const SegmentHeader& header, uint64_t end) {
  auto file = storage_->open(segment_name(header.first_seq), Storage::Mode::write);
  if (!file) return;
  if ((*file)->size().value_or(0) != end && !(*file)->truncate(end)) return;
  file_ = std::move(*file);
  end_ = end;
  segments_.back().bytes = end;
  plan_.began({file_, header.first_seq, end, numbering_.seq(), end, numbering_.seq()});
}

// A segment without a record is not begun again: a reader may know its checkpoint already.
bool Writer::must_rotate(size_t bytes, const RecordHeader& next) const {
  bool taken_away = file_->size().value_or(end_) < end_;  // truncated or deleted by someone else
  bool empty = segments_.back().first_seq == next.seq;
  return taken_away ||
         (!empty && (end_ + bytes > options_.segment_bytes ||
                     next.wall - segments_.back().created > options_.segment_age.count()));
}

Result<> Writer::append(std::vector<char>& record, RecordHeader header) {
  if (!sync_trouble().empty()) return fail("{}", sync_trouble());
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
  end_ += bytes.size();
  last_length_ = uint32_t(bytes.size());
  segments_.back().bytes = end_;
  plan_.wrote(end_, header.seq);
  newest_ = WallTime(Nanos(header.wall));
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
  const uint16_t flags = left_out_kept_ ? 0 : flag_left_out;
  const std::vector<char> head = segment_head(header, numbering_, next.mono, flags);
  // From when there is a next segment, a reader takes this one for complete: it is, whatever fails.
  file_.reset();
  auto file = storage_->open(segment_name(next.seq), Storage::Mode::create);
  if (!file) return tl::unexpected(file.error());
  auto written = write_all(**file, {head.data(), head.size()}, 0);
  if (written && !left_out_kept_) written = sync_now(**file);
  if (!written) {
    (void)(*file)->truncate(0);
    return written;
  }
  left_out_kept_ = true;
  if (!segments_.empty() && segments_.back().first_seq == next.seq) segments_.pop_back();
  segments_.push_back({next.seq, head.size(), next.wall});
  file_ = std::move(*file);
  end_ = head.size();
  last_length_ = uint32_t(head.size() - sizeof header);
  plan_.began({file_, next.seq, end_, numbering_.seq(), 0, numbering_.seq()});
  retire(next.wall);
  return {};
}

// The file and its name. Waits: for the one segment of a boot that must be on the disk before any
// of its numbers is given out, and at the end.
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

// What did not get onto the disk goes to a new segment. What cannot be read any more is missing,
// which every reader notices by the numbers.
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
