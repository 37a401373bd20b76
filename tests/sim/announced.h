// The losses that the router has told, so that a hole in what was journaled can be told from a
// loss. After a kill the same bytes may be announced again, and what was still in its window comes
// to be journaled after all.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/record_checker.h"

namespace muster::sim {

// Bytes of a stream, `to` not included.
struct Hole {
  RecordChecker::StreamKey key;
  uint64_t from = 0, to = 0;
};

class Announced {
 public:
  void note(std::string_view payload);
  // The fault, if these are all the holes there are.
  std::string compare(const std::vector<Hole>& holes) const;

 private:
  bool covers(const Hole& hole) const;

  std::vector<Hole> ranges_;
};

}  // namespace muster::sim
