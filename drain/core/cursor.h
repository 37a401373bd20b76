// How far a drain is, as it stands in its file. Keeps: a text that was cut or changed is refused as
// a whole, and what is in flight is found again with the same bounds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace muster::drain {

struct Cursor {
  std::string journal;     // which one the numbers belong to; empty: none was seen yet
  uint64_t answered = 0;   // every line up to this record is answered for
  uint64_t in_flight = 0;  // the last record of the batch that is sent; 0: none is
  bool operator==(const Cursor&) const = default;
};

std::string encode(const Cursor& cursor);
Result<Cursor> parse_cursor(std::string_view text);

}  // namespace muster::drain
