// A journal of any bytes is opened, or refused; what is then appended is numbered above everything
// that can be read, and can be read itself.
#include <memory>

#include "base/check.h"
#include "router/journal/writer.h"
#include "router/replay.h"
#include "tests/support/memory_storage.h"

using namespace muster;
using namespace muster::journal;

namespace {

uint64_t read_all(MemoryDisk& disk) {
  uint64_t records = 0;
  auto replay = Replay::open(std::make_unique<MemoryStorage>(disk), {});
  if (!replay) return 0;
  for (;;) {
    auto some = replay->next(1 << 20);
    if (!some || some->empty()) return records;
    records += some->size();
  }
}

bool append(Writer& writer) {
  std::vector<char> record;
  begin_record(record, "log/a.1/");
  record.push_back('x');
  RecordHeader header;
  header.seq = writer.numbering().next("log/a.1/").seq;
  header.line = writer.numbering().lines();
  header.lines = 1;
  header.topic_length = 8;
  return writer.append(record, header).has_value();
}

}  // namespace

// The first byte says after how many bytes, in parts of 256, a second segment begins.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  size_t cut = bytes.size() * data[0] / 256;
  MemoryDisk disk;
  disk.files[segment_name(1)] = bytes.substr(0, cut ? cut : bytes.size());
  if (cut) disk.files[segment_name(5)] = bytes.substr(cut);
  read_all(disk);
  MemoryStorage storage(disk);
  auto writer = Writer::open(storage, {.key = 7});
  if (!writer) return 0;
  uint64_t last = writer->numbering().seq();
  if (last > UINT64_MAX - 8) return 0;
  for (int i = 0; i < 3; i++) CHECK(append(*writer), "a sound disk takes a record");
  CHECK(writer->numbering().seq() == last + 3, "numbers follow");
  CHECK(read_all(disk) >= 3, "what was appended can be read");
  return 0;
}
