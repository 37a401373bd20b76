// The packing of closed segments, as the writer sees it: which is next, and whether it still counts
// when it is done. The packed one takes the name by a rename, so one of the two is always whole.
#include <algorithm>

#include "router/journal/packer.h"
#include "router/journal/rewrite.h"
#include "router/journal/writer.h"

namespace muster::journal {

std::unique_ptr<Packer> Writer::begin_packing() {
  if (segments_.empty()) return nullptr;
  auto next = std::find_if(segments_.begin(), segments_.end() - 1, [&](auto& segment) {
    return !segment.packed && !plan_.holds(segment.first_seq);
  });
  if (next == segments_.end() - 1) return nullptr;
  next->packed = true;  // or is not to be tried again
  const std::string name = segment_name(next->first_seq);
  auto plain = storage_->open(name, Storage::Mode::read);
  auto records = storage_->open(name, Storage::Mode::read);
  if (!plain || !records) return nullptr;
  auto out = storage_->open(unfinished_name(name), Storage::Mode::create);
  if (!out) return nullptr;
  return std::make_unique<Packer>(next->first_seq, std::move(*plain),
                                  SegmentReader(std::move(*records), options_.key),
                                  std::move(*out));
}

Result<> Writer::end_packing(const Packer& packer, bool finished) {
  const std::string name = segment_name(packer.segment());
  auto segment = std::find_if(segments_.begin(), segments_.end(),
                              [&](auto& s) { return s.first_seq == packer.segment(); });
  const bool wanted = finished && segment != segments_.end() && packer.written() < segment->bytes;
  if (!wanted) return storage_->remove(unfinished_name(name));
  auto renamed = storage_->rename(unfinished_name(name), name);
  if (renamed)
    segment->bytes = packer.written();
  else
    (void)storage_->remove(unfinished_name(name));
  return renamed;
}

}  // namespace muster::journal
