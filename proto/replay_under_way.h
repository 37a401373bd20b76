// A replay that a subscriber has asked for and that has not ended yet.
#pragma once

#include <cstdint>

#include "proto/replay_message.h"

namespace muster {

struct ReplayUnderWay {
  uint64_t id = 0;
  ReplayRequest request;
  uint32_t credit_used = 0;
  bool brought = false;  // something, whether delivered or told to be gone
  MonoTime heard;        // when it last said something
  MonoTime probe_at;     // when to ask whether it is still there
  bool asked = false;    // that, or for more: only an exchange under way takes either
};

}  // namespace muster
