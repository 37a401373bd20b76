// See parts.h. A record comes whole, so a batch may be larger than what a receiver takes at once:
// it is cut before it is sent, and halved where the receiver refuses a part for one of its lines.
#include "drain/core/parts.h"

#include <algorithm>

namespace muster::drain {

Parts::Parts(Batch batch, const Policy& policy) : batch_(std::move(batch)) {
  const auto& lines = batch_.lines;
  size_t begin = 0, bytes = 0;
  for (size_t i = 0; i < lines.size(); i++) {
    const size_t more = lines[i].text.size() + policy.line_overhead;
    if (i > begin && (bytes + more > policy.batch_bytes || i - begin >= policy.batch_lines)) {
      left_.push_back({begin, i});
      begin = i;
      bytes = 0;
    }
    bytes += more;
  }
  if (begin < lines.size()) left_.push_back({begin, lines.size()});
  std::reverse(left_.begin(), left_.end());
}

std::optional<Line> Parts::refused() {
  const Part part = left_.back();
  left_.pop_back();
  if (part.end - part.begin == 1) return batch_.lines[part.begin];
  const size_t middle = part.begin + (part.end - part.begin) / 2;
  left_.push_back({middle, part.end});
  left_.push_back({part.begin, middle});
  return std::nullopt;
}

}  // namespace muster::drain
