// The numbers that a drain goes by, each with its reason, and which records it ships.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace muster::drain {

struct Policy {
  // A batch closes at so many bytes or lines, or so long after its first line.
  size_t batch_bytes = 1 << 20;
  size_t batch_lines = 4096;
  Nanos linger = 1s;
  // The bytes that a line costs beside its text: its head in the sink's format.
  size_t line_overhead = 100;
  // A line that was cut on its way is joined up to so many bytes.
  size_t longest_line = 64 << 10;
  // The pause before a retry is drawn between nothing and first_pause * 2^n, at most longest_pause.
  Nanos first_pause = 500ms, longest_pause = 60s;
  // After an answer that says that the sink's address or its password is wrong.
  Nanos slow_pause = 60s;
  // The longest Retry-After that is believed.
  Nanos longest_wait = 1h;
  // Batches that are read ahead while one is under way.
  size_t batches_ahead = 2;
  Nanos cursor_every = 1s;  // for records that are not shipped

  std::vector<std::string> types = {};  // the only ones that are shipped; empty: all
  bool app = true, muster = true;       // lines of the app, events of Muster
};

// A drain never ships what is about a drain: it would feed itself.
inline bool is_of_drain(std::string_view process) { return process.starts_with("drain."); }

}  // namespace muster::drain
