// The messages between a test and the puppet over a SEQPACKET socket that the test listens at.
#pragma once

#include <cstdint>

namespace muster::keeper {

enum class Order : int32_t {
  hello,         // from the puppet: who it is, and its end of the keeper's pair
  signal,        // from the puppet: `value` came
  spawn,         // start a child that lives until it is killed, or the test is gone
  spawn_orphan,  // start one whose parent has ended
  spawned,       // from the puppet: `value` is its pid
  exit,          // with `value`
};

struct Cue {
  Order order;
  int32_t value;
  int32_t deaths;  // these are hello's
  int32_t report;
  uint64_t fd_limit;
  int32_t open_fds;
};

}  // namespace muster::keeper
