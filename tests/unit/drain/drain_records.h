// Records for the tests of drains.
#pragma once

#include <string>
#include <vector>

#include "proto/record.h"

namespace muster::drain {

inline LogRecord log_of(uint64_t seq, const std::vector<std::string>& lines,
                        std::string_view process = "web.1") {
  LogRecord record;
  record.numbers = {seq, 0, seq * 100};
  record.time = WallTime(Nanos(1'700'000'000'000'000'000) + Nanos(static_cast<int64_t>(seq)));
  record.process = process;
  record.launch = 1;
  record.lines.assign(lines.begin(), lines.end());
  return record;
}

}  // namespace muster::drain
