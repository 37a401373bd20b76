// Reads the old segment from its checkpoint on, so that the new one gets the numbers of its own
// place.
#include "router/journal/rewrite.h"

#include "router/journal/segment_reader.h"

namespace muster::journal {
namespace {

constexpr std::string_view unfinished_suffix = ".unfinished";
constexpr size_t write_size = 1 << 20;

struct Copy {
  SegmentHeader header;
  std::vector<char> bytes;  // not written yet
  uint64_t written = 0, seq = 0;
  uint16_t flags = 0;  // of its checkpoint
  uint32_t last_length = 0;
  std::shared_ptr<StorageFile> file;

  Result<> flush() {
    auto done = write_all(*file, {bytes.data(), bytes.size()}, written);
    written += bytes.size();
    bytes.clear();
    return done;
  }
  Result<> add(const RecordView& record) {
    size_t begin = bytes.size();
    begin_record(bytes, record.topic);
    bytes.insert(bytes.end(), record.payload.begin(), record.payload.end());
    RecordHeader again = record.header;
    again.previous = last_length;
    finish_record(bytes, begin, again);
    last_length = uint32_t(bytes.size() - begin);
    return bytes.size() < write_size ? Result<>() : flush();
  }
};

Result<> copy_records(SegmentReader& reader, Numbering numbering, uint64_t last, Copy& copy) {
  const uint64_t durable = copy.seq;
  uint64_t offset = SegmentReader::first_record;
  while (auto found = copy.seq < last ? reader.at(offset) : std::nullopt) {
    offset = found->next();
    auto& header = found->record.header;
    if (header.type == RecordType::checkpoint) continue;
    if (header.seq <= durable) {
      numbering.note(header, found->record.topic);
      continue;
    }
    if (header.seq != copy.seq + 1) break;
    if (header.seq == durable + 1) {
      copy.header.created = header.wall;
      copy.bytes = segment_head(copy.header, numbering, header.mono, copy.flags);
      copy.last_length = uint32_t(copy.bytes.size() - sizeof copy.header);
    }
    if (auto added = copy.add(found->record); !added) return added;
    copy.seq++;
  }
  if (copy.seq == durable) return fail("record {} cannot be read any more", durable + 1);
  return copy.flush();
}

}  // namespace

Result<> write_all(StorageFile& file, std::string_view bytes, uint64_t offset) {
  while (!bytes.empty()) {
    auto written = file.write(bytes, offset);
    if (!written) return tl::unexpected(written.error());
    bytes.remove_prefix(*written);
    offset += *written;
  }
  return {};
}

std::string unfinished_name(const std::string& name) {
  return name + std::string(unfinished_suffix);
}

bool is_unfinished_name(std::string_view name) {
  return name.ends_with(unfinished_suffix) &&
         parse_segment_name(name.substr(0, name.size() - unfinished_suffix.size()));
}

void add_checkpoint(std::vector<char>& out, const Numbering& numbering, RecordHeader header) {
  size_t begin = out.size();
  header.seq = numbering.seq();
  header.line = numbering.lines();
  header.type = RecordType::checkpoint;
  begin_record(out, {});
  numbering.encode(out);
  finish_record(out, begin, header);
}

std::vector<char> segment_head(SegmentHeader header, const Numbering& numbering, int64_t mono,
                               uint16_t flags) {
  seal(header);
  auto* bytes = reinterpret_cast<const char*>(&header);
  std::vector<char> out(bytes, bytes + sizeof header);
  RecordHeader checkpoint;
  checkpoint.key = header.key;
  checkpoint.wall = header.created;
  checkpoint.mono = mono;
  checkpoint.flags = flags;
  add_checkpoint(out, numbering, checkpoint);
  return out;
}

Result<Rewritten> rewrite(Storage& storage, uint64_t segment, uint64_t durable, uint64_t last) {
  auto old = storage.open(segment_name(segment), Storage::Mode::read);
  if (!old) return tl::unexpected(old.error());
  SegmentReader reader(std::move(*old), {});
  auto header = reader.header();
  auto first = reader.at(SegmentReader::first_record);
  if (!header || !first) return fail("{} cannot be read any more", segment_name(segment));
  auto& at = first->record.header;
  auto numbering = Numbering::decode(at.seq, at.line, first->record.payload);
  if (!numbering) return tl::unexpected(numbering.error());

  const std::string name = segment_name(durable + 1);
  auto made = storage.open(unfinished_name(name), Storage::Mode::create);
  if (!made) return tl::unexpected(made.error());
  const uint16_t flags = durable + 1 == segment ? at.flags : uint16_t(0);
  Copy copy{*header, {}, 0, durable, flags, 0, std::move(*made)};
  copy.header.first_seq = durable + 1;
  auto copied = copy_records(reader, std::move(*numbering), last, copy);
  if (copied) copied = storage.rename(unfinished_name(name), name);
  if (!copied) {
    (void)storage.remove(unfinished_name(name));
    return tl::unexpected(copied.error());
  }
  return Rewritten{copy.file, durable + 1, copy.written, copy.seq, copy.last_length};
}

}  // namespace muster::journal
