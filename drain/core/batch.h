// Records become batches of lines. Keeps: the lines of a batch, their order and its id follow from
// its bounds and the journal alone, so that a repeat after a crash is the same batch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "drain/core/line.h"
#include "drain/core/policy.h"
#include "proto/line_joiner.h"
#include "proto/replay_message.h"

namespace muster::drain {

struct Batch {
  std::string journal;
  uint64_t from = 0, to = 0;  // records
  std::vector<Line> lines;

  // 32 hexadecimal digits for the lines from `begin` up to, not including, `end`.
  std::string id(size_t begin, size_t end) const;
};

// "JOURNAL-SEQ-NUMBER": the same for a repeat of the line, and for no other line.
std::string id_of(const std::string& journal, const Line& line);

// The batch that is being filled.
class OpenBatch {
 public:
  OpenBatch(const Policy& policy, std::string journal, uint64_t from);
  OpenBatch(const OpenBatch&) = delete;

  void add(const Record& record);
  void add_loss(SeqRange records, uint64_t lines, WallTime since, WallTime now);
  // Whether the record is better kept for the next one.
  bool is_full_with(const Record& record) const;
  // Whether anything of it is to be shipped.
  bool has_lines() const { return lines_ > 0; }
  uint64_t from() const { return batch_.from; }
  // The batch begins behind records of which none is to be shipped.
  void begin_at(uint64_t seq) { batch_.from = seq; }
  // Hands out the batch, which ends with the record `to`. It is used up.
  Batch close(uint64_t to);

 private:
  bool is_wanted(const Record& record) const;

  const Policy& policy_;
  Batch batch_;
  size_t bytes_ = 0, lines_ = 0;
  LineJoiner joiner_;
};

}  // namespace muster::drain
