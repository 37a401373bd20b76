// The journal is another one than it was: taken away under the writer, or before it was opened.
// Then it is begun anew behind the last number that can have been given out.
#include <algorithm>
#include <utility>

#include "router/journal/writer.h"

namespace muster::journal {

// The file that is there is another journal, or an older copy of this one, or a part of it.
void Writer::leave_out_what_is_missing() {
  const Mark& known = options_.known;
  const bool same = known.identity == 0 || known_found_;
  if (same ? numbering_.seq() >= known.seq : numbering_.seq() >= known.reserved) return;
  const uint64_t last = left_out_ ? left_out_->first - 1 : numbering_.seq();
  numbering_.leave_out(known.reserved - numbering_.seq());
  if (known.reserved_lines > numbering_.lines()) numbering_.skip_lines_to(known.reserved_lines);
  left_out_ = {last + 1, numbering_.seq()};
  why_left_out_ = "the journal was taken away or replaced by an older one";
  first_kept_ = false;
  file_.reset();
}

Mark Writer::mark() const {
  const uint64_t seq = numbering_.seq(), lines = numbering_.lines();
  return {seq, lines, seq + numbers_reserved, lines + numbers_reserved,
          file_ ? file_->identity() : 0};
}

bool Writer::look() {
  if (file_ && !segments_.empty() &&
      !storage_->leads_to(segment_name(segments_.back().first_seq), *file_))
    begin_anew();
  return std::exchange(taken_away_, false);
}

// Segments that seem to come later are of another journal: they would hide what follows.
void Writer::begin_anew() {
  file_.reset();
  taken_away_ = true;
  Writer now(*storage_, options_);
  if (!now.read_segments()) return;
  const auto is_strange = [&](const Segment& s) { return s.first_seq > numbering_.seq() + 1; };
  for (auto& segment : now.segments_) {
    const std::string name = segment_name(segment.first_seq);
    if (is_strange(segment)) (void)storage_->rename(name, name + ".found");
  }
  std::erase_if(now.segments_, is_strange);
  segments_ = std::move(now.segments_);
}

void Writer::leave_numbers_out() {
  const uint64_t last = numbering_.seq();
  numbering_.leave_out(numbers_left_out);
  left_out_ = {last + 1, numbering_.seq()};
  why_left_out_ = "the machine went down before everything was on the disk";
  first_kept_ = false;
}

}  // namespace muster::journal
