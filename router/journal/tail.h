// Finds where the last lines of a journal begin, from its end backwards.
#pragma once

#include <functional>

#include "router/journal/cursor.h"

namespace muster::journal {

// Looks at a header and a topic: whether the record counts, or whether nothing before it can.
enum class Look : uint8_t { counts, passed_over, stop };
using LookAt = std::function<Look(const RecordHeader&, std::string_view topic)>;

struct LastLines {
  // The record in which the last lines of those that count begin; the oldest that counts if there
  // are fewer, nothing if there are none.
  std::optional<Position> begin;
  bool saw_all = false;  // there are fewer: the whole journal has been looked at
};
// Only what a record with a right checksum says is believed.
// Looks at nothing that the cursor's wanted times leave out.
LastLines find_last_lines(Cursor& journal, uint64_t lines, const LookAt& look);

// Where the newest record lies, if the newest segment ends with one.
std::optional<Position> find_newest(Cursor& journal);

}  // namespace muster::journal
