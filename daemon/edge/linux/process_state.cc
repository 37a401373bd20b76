// See process_state.h.
#include "daemon/edge/linux/process_state.h"

#include <fmt/format.h>

#include <charconv>
#include <string>
#include <string_view>

#include "daemon/edge/linux/kernel_text.h"

namespace muster {

std::optional<SignalState> read_signal_state(pid_t pid) {
  constexpr size_t limit = 64 << 10;
  const auto text = read_kernel_text(fmt::format("/proc/{}/status", pid), limit);
  if (!text || text->empty()) return {};
  const auto number = [&](std::string_view key, int base) {
    uint64_t value = 0;
    const size_t at = text->find(key);
    if (at != std::string::npos)
      std::from_chars(text->data() + at + key.size(), text->data() + text->size(), value, base);
    return value;
  };
  SignalState state;
  state.ignored = number("\nSigIgn:\t", 16);
  state.caught = number("\nSigCgt:\t", 16);
  state.pending = number("\nSigPnd:\t", 16) | number("\nShdPnd:\t", 16);
  state.threads = number("\nThreads:\t", 10);
  state.switches =
      number("\nvoluntary_ctxt_switches:\t", 10) + number("\nnonvoluntary_ctxt_switches:\t", 10);
  return state;
}

}  // namespace muster
