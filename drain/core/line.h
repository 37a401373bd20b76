// A line as a sink gets it. It owns its bytes, for it waits until it is answered for.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"
#include "proto/record.h"

namespace muster::drain {

enum class Origin : uint8_t {
  app,    // a process of the app has printed it
  event,  // Muster did or saw it
  error,  // the same, and it is a trouble
  loss,   // it stands in the place of lines that could not be had any more
};

struct Line {
  uint64_t seq = 0;     // of its record
  uint64_t number = 0;  // of the line, unique in its journal save for a loss
  WallTime time{};
  Origin origin = Origin::app;
  Stream stream = Stream::out;
  std::string process;  // "web.1"
  std::string text;
};

}  // namespace muster::drain
