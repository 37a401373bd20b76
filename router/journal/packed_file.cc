// One frame at a time in either direction; the table is checked before it is believed.
#include "router/journal/packed_file.h"

#define XXH_INLINE_ALL
#include <xxhash.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>

#include "router/journal/rewrite.h"

namespace muster::journal {
namespace {

constexpr int zstd_level =
    3;  // five times smaller at 300 MB/s; 9 gains a tenth at a quarter of that
constexpr size_t head_bytes = sizeof(SegmentHeader);

uint64_t sum_of(const std::vector<char>& table, const PackedFooter& footer) {
  return XXH3_64bits_withSeed(table.data(), table.size(), footer.plain_bytes);
}

template <class T>
void append_bytes(std::vector<char>& out, const T& value) {
  auto* bytes = reinterpret_cast<const char*>(&value);
  out.insert(out.end(), bytes, bytes + sizeof value);
}

// What a damaged packed file still says; reading goes on for what it does not.
class PackedFile : public StorageFile {
 public:
  // Without a header, which is damaged, it is packed if there is a table.
  PackedFile(std::unique_ptr<StorageFile> file, std::optional<SegmentHeader> header)
      : file_(std::move(file)) {
    if (header) {
      header_ = *header;
      header_.version = plain_version;
      header_.flags &= ~flag_packed;
      seal(header_);
    }
    if (!read_table() && header) rebuild_table();
  }
  bool empty() const { return plain_bytes_ == 0; }
  std::unique_ptr<StorageFile> give_back() { return std::move(file_); }

  Result<uint64_t> size() override {
    auto packed = file_->size();
    if (!packed || *packed == 0) return packed;
    return head_bytes + plain_bytes_;
  }

  Result<size_t> read(char* into, size_t bytes, uint64_t offset) override {
    size_t done = 0;
    while (done < bytes) {
      std::string_view some = at(offset + done);
      if (some.empty()) break;
      some = some.substr(0, bytes - done);
      std::memcpy(into + done, some.data(), some.size());
      done += some.size();
    }
    return done;
  }

  Result<size_t> write(std::string_view, uint64_t) override { return fail("write: it is packed"); }
  Result<> truncate(uint64_t) override { return fail("truncate: it is packed"); }
  Result<> sync() override { return file_->sync(); }

 private:
  bool read_table() {
    uint64_t end = file_->size().value_or(0);
    PackedFooter footer;
    if (end < head_bytes + sizeof footer) return false;
    end -= sizeof footer;
    auto read = file_->read(reinterpret_cast<char*>(&footer), sizeof footer, end);
    if (!read || *read != sizeof footer || footer.magic != PackedFooter().magic) return false;
    if (footer.frames > (end - head_bytes) / sizeof(uint64_t)) return false;
    std::vector<char> table(footer.frames * sizeof(uint64_t));
    read = file_->read(table.data(), table.size(), end - table.size());
    if (!read || *read != table.size() || footer.checksum != sum_of(table, footer)) return false;
    ends_.resize(footer.frames);
    std::memcpy(ends_.data(), table.data(), table.size());
    plain_bytes_ = footer.plain_bytes;
    return true;
  }

  // Frame after frame, each of which says where it ends, up to the first that is damaged.
  void rebuild_table() {
    uint64_t begin = head_bytes;
    for (;;) {
      packed_.resize(ZSTD_compressBound(frame_bytes));
      auto read = file_->read(packed_.data(), packed_.size(), begin);
      if (!read) return;
      size_t length = ZSTD_findFrameCompressedSize(packed_.data(), *read);
      if (ZSTD_isError(length) || length == 0) return;
      auto plain = ZSTD_getFrameContentSize(packed_.data(), length);
      if (plain == 0 || plain > frame_bytes) return;
      ends_.push_back(begin += length);
      plain_bytes_ += plain;
    }
  }

  // The bytes from there on, as many as lie together.
  std::string_view at(uint64_t offset) {
    if (offset < head_bytes)
      return std::string_view(reinterpret_cast<const char*>(&header_), head_bytes).substr(offset);
    offset -= head_bytes;
    if (offset >= plain_bytes_) return {};
    load(offset / frame_bytes);
    return std::string_view(plain_.data(), plain_.size()).substr(offset % frame_bytes);
  }

  void load(uint64_t frame) {
    if (frame == loaded_) return;
    loaded_ = frame;
    uint64_t begin = frame == 0 ? head_bytes : ends_[frame - 1];
    uint64_t length = ends_[frame] - begin;
    plain_.assign(std::min<uint64_t>(frame_bytes, plain_bytes_ - frame * frame_bytes), '\0');
    if (length > ZSTD_compressBound(frame_bytes)) return;
    packed_.resize(length);
    auto read = file_->read(packed_.data(), length, begin);
    size_t got = read && *read == length
                     ? ZSTD_decompress(plain_.data(), plain_.size(), packed_.data(), length)
                     : 0;
    if (got != plain_.size()) std::fill(plain_.begin(), plain_.end(), '\0');
  }

  std::unique_ptr<StorageFile> file_;
  SegmentHeader header_;
  std::vector<uint64_t> ends_;  // of the frames, in the file
  uint64_t plain_bytes_ = 0;    // without the header
  uint64_t loaded_ = UINT64_MAX;
  std::vector<char> plain_, packed_;
};

}  // namespace

Result<Packer::Step> Packer::step() {
  if (written_ == 0)
    if (auto begun = begin(); !begun) return tl::unexpected(begun.error());
  if (at_ == size_) {
    if (auto finished = finish(); !finished) return tl::unexpected(finished.error());
    return Step::done;
  }
  for (int n = 0; n < frames_at_once && at_ < size_; n++)
    if (auto packed = pack_frame(); !packed) return tl::unexpected(packed.error());
  return Step::more;
}

Result<> Packer::pack_frame() {
  buffer_.resize(std::min<uint64_t>(frame_bytes, size_ - at_));
  auto read = plain_->read(buffer_.data(), buffer_.size(), at_);
  if (!read) return tl::unexpected(read.error());
  if (*read != buffer_.size()) return fail("the segment has become shorter");
  packed_.resize(ZSTD_compressBound(buffer_.size()));
  size_t length =
      ZSTD_compress(packed_.data(), packed_.size(), buffer_.data(), buffer_.size(), zstd_level);
  if (ZSTD_isError(length)) return fail("zstd: {}", ZSTD_getErrorName(length));
  if (auto done = write({packed_.data(), length}); !done) return done;
  at_ += buffer_.size();
  append_bytes(table_, written_);
  return {};
}

Result<> Packer::begin() {
  auto size = plain_->size();
  if (!size) return tl::unexpected(size.error());
  SegmentHeader header;
  std::vector<char> head(sizeof header);
  auto read = plain_->read(head.data(), head.size(), 0);
  auto parsed = read ? parse_segment_header({head.data(), *read}) : std::nullopt;
  if (!parsed) return fail("its header is damaged");
  header = *parsed;
  header.version = packed_version;
  header.flags |= flag_packed;
  seal(header);
  size_ = *size;
  at_ = sizeof header;
  return write({reinterpret_cast<const char*>(&header), sizeof header});
}

Result<> Packer::finish() {
  PackedFooter footer;
  footer.plain_bytes = size_ - sizeof(SegmentHeader);
  footer.frames = uint32_t(table_.size() / sizeof(uint64_t));
  footer.checksum = sum_of(table_, footer);
  append_bytes(table_, footer);
  if (auto done = write({table_.data(), table_.size()}); !done) return done;
  return out_->sync();
}

Result<> Packer::write(std::string_view bytes) {
  auto done = write_all(*out_, bytes, written_);
  if (done) written_ += bytes.size();
  return done;
}

std::unique_ptr<StorageFile> unpacked(std::unique_ptr<StorageFile> file) {
  char head[sizeof(SegmentHeader)];
  auto read = file->read(head, sizeof head, 0);
  auto header = read ? parse_segment_header({head, *read}) : std::nullopt;
  if (header && !(header->flags & flag_packed)) return file;
  auto packed = std::make_unique<PackedFile>(std::move(file), header);
  if (!header && packed->empty()) return packed->give_back();
  return packed;
}

}  // namespace muster::journal
