// The signals that a process handles, ignores and has not taken yet, as the kernel tells it. Looks
// at /proc and changes nothing.
#pragma once

#include <sys/types.h>
#include <cstdint>
#include <optional>

namespace muster {

struct SignalState {
  uint64_t ignored = 0, caught = 0, pending = 0;  // masks
  uint64_t threads = 0;
  uint64_t switches = 0;  // how often its first thread has given up its processor

  bool is_ignored(int signal) const { return has(ignored, signal); }
  bool is_caught(int signal) const { return has(caught, signal); }
  bool is_pending(int signal) const { return has(pending, signal); }

 private:
  static bool has(uint64_t mask, int signal) { return ((mask >> (signal - 1)) & 1) != 0; }
};

// It is nothing if there is no such process.
std::optional<SignalState> read_signal_state(pid_t pid);

}  // namespace muster
