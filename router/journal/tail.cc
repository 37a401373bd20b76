// Each record tells how long the one before it is, so the way back needs no index. Where that
// chain is broken the segment is read once from its start.
#include "router/journal/tail.h"

namespace muster::journal {
namespace {

struct Search {
  uint64_t lines_wanted;
  const LookAt& look;
  const Wanted& wanted;
  uint64_t segment = 0;
  uint64_t successor = UINT64_MAX;  // from this seq on, records count where they were written again
  std::optional<Position> begin = {};

  // Whether to go on.
  bool visit(SegmentReader& reader, const SegmentReader::Found& found) {
    auto& header = found.record.header;
    if (header.type != RecordType::record || header.seq >= successor) return true;
    Look answer = look(header, found.record.topic);
    if (answer == Look::passed_over || !reader.is_whole(found)) return true;
    if (answer == Look::stop) return false;
    begin = Position{segment, found.offset};
    if (header.lines >= lines_wanted) return false;
    lines_wanted -= header.lines;
    return true;
  }
};

// Visits the records before `end`, found by reading forward.
bool visit_by_index(SegmentReader& reader, uint64_t end, Search& search) {
  std::vector<uint64_t> offsets;
  uint64_t offset = SegmentReader::first_record, passed = 0;
  while (auto found = reader.find(offset, passed)) {
    if (found->offset >= end) break;
    if (found->record.header.type == RecordType::record) {
      offsets.push_back(found->offset);
      passed = found->record.header.seq;
    }
    offset = found->next();
  }
  for (auto at = offsets.rbegin(); at != offsets.rend(); ++at) {
    auto found = reader.at(*at);
    if (found && !search.visit(reader, *found)) return false;
  }
  return true;
}

bool visit_segment(SegmentReader& reader, Search& search) {
  const Wanted& wanted = search.wanted;
  const auto times = wanted.since || wanted.until ? reader.times() : std::nullopt;
  if (times && !wanted.overlaps(*times)) return true;
  std::optional<WallTime> oldest;  // before it nothing is wanted
  if (times && wanted.since) oldest = *wanted.since - clock_slack;
  auto found = reader.last();
  uint64_t end = found ? found->offset : reader.size();
  while (found) {
    if (!search.visit(reader, *found)) return false;
    end = found->offset;
    auto& header = found->record.header;
    const bool is_record = header.type == RecordType::record;
    if (oldest && is_record && WallTime(Nanos(header.wall)) < *oldest) return true;
    if (header.previous == 0) return true;
    found = reader.before(end, header);
  }
  return visit_by_index(reader, end, search);
}

// A segment that lost its name meanwhile was deleted, or packed: then it is looked at once more.
bool visit_named(Cursor& journal, uint64_t segment, Search& search) {
  const auto begin = search.begin;
  const auto lines_wanted = search.lines_wanted;
  for (bool again = false;; again = true) {
    auto reader = journal.open_segment(segment);
    if (!reader) return true;
    bool more = visit_segment(*reader, search);
    if (again || reader->size() > 0) return more;
    search.begin = begin;
    search.lines_wanted = lines_wanted;
  }
}

}  // namespace

LastLines find_last_lines(Cursor& journal, uint64_t lines, const LookAt& look) {
  Search search{lines, look, journal.wanted()};
  if (lines == 0) return {};
  for (auto s = journal.segments().rbegin(); s != journal.segments().rend(); ++s) {
    search.segment = *s;
    if (journal.may_hold(*s) && !visit_named(journal, *s, search)) return {search.begin};
    search.successor = *s;
  }
  return {search.begin, true};
}

std::optional<Position> find_newest(Cursor& journal) {
  if (journal.segments().empty()) return {};
  const uint64_t segment = journal.segments().back();
  auto reader = journal.open_segment(segment);
  const auto last = reader ? reader->last() : std::nullopt;
  return last ? std::optional(Position{segment, last->offset}) : std::nullopt;
}

}  // namespace muster::journal
