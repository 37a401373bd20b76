// The lines of any output together are its bytes, in whatever pieces it arrives.
#include "router/splitter.h"

#include <string>

#include "base/check.h"
#include "proto/limits.h"

using namespace muster;

namespace {

// The lines of a batch before they were split.
std::string joined(const std::vector<std::string_view>& lines, Tail tail) {
  std::string bytes;
  for (size_t i = 0; i < lines.size(); i++) {
    bytes += lines[i];
    if (i + 1 < lines.size() || tail == Tail::newline) bytes += '\n';
  }
  return bytes;
}

}  // namespace

// The first byte says how much arrives at a time, the second how often the rest is repeated.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  std::string bytes;
  for (int i = 0; i <= data[1]; i++)
    bytes.append(reinterpret_cast<const char*>(data) + 2, size - 2);
  size_t step = 1 + size_t(data[0]) * 256;
  std::vector<std::string_view> lines;
  std::string out;
  size_t begin = 0, known = 0;
  for (size_t end = 0; end < bytes.size();) {
    end = std::min(bytes.size(), end + step);
    for (;;) {
      std::string_view unread = std::string_view(bytes).substr(begin, end - begin);
      Batch batch = split(unread, known, lines);
      known = 0;
      if (batch.bytes == 0) break;
      for (auto& line : lines)
        CHECK(line.size() <= limits::line_piece && line.find('\n') == line.npos, "no line");
      out += joined(lines, batch.tail);
      begin += batch.bytes;
    }
    known = end - begin;
    CHECK(known <= limits::line_piece, "{} bytes wait", known);
  }
  Batch rest = split_unfinished(std::string_view(bytes).substr(begin), Tail::eof, lines);
  out += joined(lines, rest.tail);
  CHECK(out == bytes, "{} bytes became {}", bytes.size(), out.size());
  return 0;
}
