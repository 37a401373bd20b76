// Unpacks one frame at a time; the table is checked before it is believed.
#include "router/journal/packed_file.h"

#define XXH_INLINE_ALL
#include <xxhash.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>

namespace muster::journal {
namespace {

constexpr size_t head_bytes = sizeof(SegmentHeader);

}  // namespace

uint64_t checksum_of(const std::vector<PackedFrame>& table, uint64_t plain_bytes) {
  return XXH3_64bits_withSeed(table.data(), table.size() * sizeof(PackedFrame), plain_bytes);
}

// Without a header, which is damaged, it is packed if there is a table.
std::unique_ptr<PackedFile> PackedFile::open(std::unique_ptr<StorageFile>& file) {
  char head[head_bytes];
  auto read = file->read(head, sizeof head, 0);
  auto header = read ? parse_segment_header({head, *read}) : std::nullopt;
  const bool packed = header && header->version == packed_version && header->flags & flag_packed;
  if (header && !packed) return nullptr;
  std::unique_ptr<PackedFile> opened(new PackedFile(std::move(file), header));
  if (opened->read_table()) return opened;
  if (packed) {
    opened->rebuild_table();
    return opened;
  }
  file = std::move(opened->file_);
  return nullptr;
}

PackedFile::PackedFile(std::unique_ptr<StorageFile> file,
                       const std::optional<SegmentHeader>& header)
    : file_(std::move(file)), context_(ZSTD_createDCtx()) {
  if (!header) return;
  header_ = *header;
  header_.version = plain_version;
  header_.flags &= ~flag_packed;
  seal(header_);
}
PackedFile::~PackedFile() = default;

void PackedFile::FreeContext::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }

bool PackedFile::read_table() {
  uint64_t end = file_->size().value_or(0);
  PackedFooter footer;
  if (end < head_bytes + sizeof footer) return false;
  end -= sizeof footer;
  auto read = file_->read(reinterpret_cast<char*>(&footer), sizeof footer, end);
  if (!read || *read != sizeof footer || footer.magic != PackedFooter().magic) return false;
  if (footer.frames > (end - head_bytes) / sizeof(PackedFrame)) return false;
  const bool fits = footer.plain_bytes <= uint64_t(footer.frames) * frame_bytes &&
                    footer.plain_bytes + frame_bytes > uint64_t(footer.frames) * frame_bytes;
  if (!fits) return false;
  std::vector<PackedFrame> table(footer.frames);
  const size_t bytes = table.size() * sizeof(PackedFrame);
  read = file_->read(reinterpret_cast<char*>(table.data()), bytes, end - bytes);
  if (!read || *read != bytes) return false;
  if (footer.checksum != checksum_of(table, footer.plain_bytes)) return false;
  frames_ = std::move(table);
  plain_bytes_ = footer.plain_bytes;
  return true;
}

// Frame after frame, each of which says where it ends, up to the first that is damaged.
void PackedFile::rebuild_table() {
  PackedFrame frame;
  frame.end = head_bytes;
  packed_.resize(ZSTD_compressBound(frame_bytes));
  for (uint64_t plain = frame_bytes; plain == frame_bytes;) {
    auto read = file_->read(packed_.data(), packed_.size(), frame.end);
    if (!read) return;
    const size_t length = ZSTD_findFrameCompressedSize(packed_.data(), *read);
    if (ZSTD_isError(length) || length == 0) return;
    plain = ZSTD_getFrameContentSize(packed_.data(), length);
    if (plain == 0 || plain > frame_bytes) return;
    frame.end += length;
    frames_.push_back(frame);
    plain_bytes_ += plain;
  }
}

uint64_t PackedFile::place_of(uint64_t seq) const {
  auto after = std::partition_point(frames_.begin(), frames_.end(),
                                    [&](auto& frame) { return frame.seq <= seq; });
  return after == frames_.begin() ? head_bytes : std::prev(after)->record;
}

uint64_t PackedFile::place_of(WallTime since) const {
  const int64_t time = since.time_since_epoch().count();
  auto after = std::partition_point(frames_.begin(), frames_.end(),
                                    [&](auto& frame) { return frame.latest < time; });
  return after == frames_.begin() ? head_bytes : std::prev(after)->record;
}

// As the file's if it has lost its name.
Result<uint64_t> PackedFile::size() {
  auto packed = file_->size();
  if (!packed || *packed == 0) return packed;
  return head_bytes + plain_bytes_;
}

Result<size_t> PackedFile::read(char* into, size_t bytes, uint64_t offset) {
  size_t done = 0;
  while (done < bytes) {
    const std::string_view some = at(offset + done).substr(0, bytes - done);
    if (some.empty()) break;
    std::memcpy(into + done, some.data(), some.size());
    done += some.size();
  }
  return done;
}

Result<size_t> PackedFile::write(std::string_view, uint64_t) { return fail("write: it is packed"); }
Result<> PackedFile::truncate(uint64_t) { return fail("truncate: it is packed"); }
Result<> PackedFile::sync() { return file_->sync(); }

// The bytes from there on, as many as lie together.
std::string_view PackedFile::at(uint64_t offset) {
  if (offset < head_bytes)
    return std::string_view(reinterpret_cast<const char*>(&header_), head_bytes).substr(offset);
  offset -= head_bytes;
  if (offset >= plain_bytes_) return {};
  load(offset / frame_bytes);
  return std::string_view(plain_.data(), plain_.size()).substr(offset % frame_bytes);
}

void PackedFile::load(uint64_t frame) {
  if (frame == loaded_) return;
  loaded_ = frame;
  const uint64_t begin = frame == 0 ? head_bytes : frames_[frame - 1].end;
  const uint64_t length = frames_[frame].end - begin;
  plain_.assign(std::min<uint64_t>(frame_bytes, plain_bytes_ - frame * frame_bytes), '\0');
  if (length > ZSTD_compressBound(frame_bytes)) return;
  packed_.resize(length);
  auto read = file_->read(packed_.data(), length, begin);
  const size_t got = read && *read == length
                         ? ZSTD_decompressDCtx(context_.get(), plain_.data(), plain_.size(),
                                               packed_.data(), length)
                         : 0;
  if (got != plain_.size()) std::fill(plain_.begin(), plain_.end(), '\0');
}

}  // namespace muster::journal
