// The words for what a reader of the log lacks: how many lines, by their numbers, and why. It is
// the same sentence for ctl and for the foreground.
#pragma once

#include <string>

#include "proto/message.h"

namespace muster {

struct LostRecords {
  SeqRange records;
  Loss loss;
  // The reader followed, and would have them if it had kept up.
  bool came_late = false;
  // Only some of the lines were asked for, and nothing tells how many.
  bool is_filtered = false;
};

// "retention", "damage", "both", "slow reader".
std::string cause_of(const LostRecords& lost);
std::string text_of(const LostRecords& lost);

}  // namespace muster
