// See announced.h. Reads the notices as a person does.
#include "announced.h"

#include <algorithm>
#include <regex>

namespace muster::sim {

void Announced::note(std::string_view payload) {
  static const std::regex dropped(
      ".*(stdout|stderr) (?:was|were) dropped .*: bytes (\\d+) to (\\d+) of launch (\\d+)");
  auto record = decode_record(payload);
  const auto* notice = record ? std::get_if<EventRecord>(&*record) : nullptr;
  std::smatch said;
  if (!notice || !std::regex_match(notice->text, said, dropped)) return;
  const Stream stream = said[1] == "stderr" ? Stream::err : Stream::out;
  ranges_.push_back(
      {{std::stoull(said[4]), stream}, std::stoull(said[2]) - 1, std::stoull(said[3])});
}

bool Announced::covers(const Hole& hole) const {
  auto ranges = ranges_;
  std::erase_if(ranges, [&](auto& range) { return range.key != hole.key; });
  std::sort(ranges.begin(), ranges.end(), [](auto& a, auto& b) { return a.from < b.from; });
  uint64_t covered = hole.from;
  for (auto& range : ranges)
    if (range.from <= covered) covered = std::max(covered, range.to);
  return covered >= hole.to;
}

std::string Announced::compare(const std::vector<Hole>& holes) const {
  for (auto& hole : holes)
    if (!covers(hole))
      return fmt::format("launch {}: bytes {} to {} are not in the journal, and nobody said so",
                         hole.key.first, hole.from + 1, hole.to);
  return "";
}

}  // namespace muster::sim
