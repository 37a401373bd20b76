// Opening: find the last checkpoint, read what follows, cut off what is torn. Appending: one write
// at a known offset, so that a failed one is simply written over.
#include "router/journal/writer.h"

#include <algorithm>
#include <limits>

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
  for (auto& name : *names)
    if (auto first = parse_segment_name(name)) segments_.push_back({*first, 0, 0});
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
  std::optional<uint32_t> key;
  for (auto& header : headers_)
    if (header) key = header->key;
  for (auto s = segments_.rbegin(); s != segments_.rend(); ++s) {
    auto file = storage_->open(segment_name(s->first_seq), Storage::Mode::read);
    if (!file) continue;
    auto& reader = readers.emplace_back(std::move(*file), key);
    auto first = reader.at(SegmentReader::first_record);
    if (!first || first->record.header.type != RecordType::checkpoint) continue;
    auto& header = first->record.header;
    auto numbering = Numbering::decode(header.seq, header.line, first->record.payload);
    if (!numbering) continue;
    numbering_ = std::move(*numbering);
    break;
  }
  uint64_t end = 0;
  for (auto reader = readers.rbegin(); reader != readers.rend(); ++reader) {
    end = 0;
    uint64_t offset = SegmentReader::first_record;
    while (auto found = reader->find(offset, 0)) {
      auto& header = found->record.header;
      offset = end = found->next();
      last_length_ = header.length;
      if (header.type == RecordType::checkpoint || header.seq <= numbering_.seq()) continue;
      if (numbering_.seq()) records_missing_ += header.seq - numbering_.seq() - 1;
      numbering_.note(header, found->record.topic);
      newest_ = WallTime(Nanos(header.wall));
    }
  }
  bool usable = !segments_.empty() && headers_.back() && end > 0 &&
                headers_.back()->boot_id == options_.boot_id;
  if (usable) continue_newest(*headers_.back(), end);
  headers_.clear();
}

// If the newest segment cannot be written or cut, a new one begins instead.
void Writer::continue_newest(const SegmentHeader& header, uint64_t end) {
  auto file = storage_->open(segment_name(header.first_seq), Storage::Mode::write);
  if (!file) return;
  if ((*file)->size().value_or(0) != end && !(*file)->truncate(end)) return;
  file_ = std::move(*file);
  end_ = end;
  segments_.back().bytes = end;
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
  if (!file_ || must_rotate(record.size(), header))
    if (auto begun = begin_segment(header); !begun) return begun;
  header.key = options_.key;
  header.previous = last_length_;
  finish_record(record, 0, header);
  std::string_view bytes(record.data(), record.size());
  if (auto written = write(*file_, bytes, end_); !written) {
    (void)file_->truncate(end_);  // tidier for readers; the next append starts at end_ anyway
    return written;
  }
  end_ += bytes.size();
  last_length_ = uint32_t(bytes.size());
  segments_.back().bytes = end_;
  newest_ = WallTime(Nanos(header.wall));
  numbering_.note(header, bytes.substr(sizeof header, header.topic_length));
  return {};
}

Result<> Writer::begin_segment(const RecordHeader& next) {
  SegmentHeader header;
  header.first_seq = next.seq;
  header.created = next.wall;
  header.key = options_.key;
  header.boot_id = options_.boot_id;
  seal(header);
  auto* bytes = reinterpret_cast<const char*>(&header);
  std::vector<char> out(bytes, bytes + sizeof header);

  RecordHeader checkpoint;
  checkpoint.key = options_.key;
  checkpoint.seq = numbering_.seq();
  checkpoint.line = numbering_.lines();
  checkpoint.wall = next.wall;
  checkpoint.mono = next.mono;
  checkpoint.type = RecordType::checkpoint;
  begin_record(out, {});
  numbering_.encode(out);
  finish_record(out, sizeof header, checkpoint);

  // From when there is a next segment, a reader takes this one for complete: it is, whatever fails.
  file_.reset();
  auto file = storage_->open(segment_name(next.seq), Storage::Mode::create);
  if (!file) return tl::unexpected(file.error());
  if (auto written = write(**file, {out.data(), out.size()}, 0); !written) {
    (void)(*file)->truncate(0);
    return written;
  }
  if (!segments_.empty() && segments_.back().first_seq == next.seq) segments_.pop_back();
  segments_.push_back({next.seq, out.size(), next.wall});
  file_ = std::move(*file);
  end_ = out.size();
  last_length_ = uint32_t(out.size() - sizeof header);
  retire(next.wall);
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
  }
  if (retired == 0) return;
  segments_.erase(segments_.begin(), segments_.begin() + ptrdiff_t(retired));
  numbering_.forget_before(segments_.front().first_seq);
}

Result<> Writer::write(StorageFile& file, std::string_view bytes, uint64_t offset) {
  while (!bytes.empty()) {
    auto written = file.write(bytes, offset);
    if (!written) return tl::unexpected(written.error());
    bytes.remove_prefix(*written);
    offset += *written;
  }
  return {};
}

}  // namespace muster::journal
