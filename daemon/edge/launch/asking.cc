// See asking.h. A signal and the note of it cannot be one step. So the note comes first, and a
// successor that finds no second one looks at each process: a signal that is pending was sent; one
// that would have ended the process was not; and a process that handles it has had to run for that,
// which the kernel counts.
#include "daemon/edge/launch/asking.h"

#include <cstring>

#include "daemon/edge/linux/process_state.h"

namespace muster {
namespace {

struct Head {
  uint64_t launch = 0;
  int32_t signal = 0;
  uint8_t rest_waits = 0, told = 0;
  uint16_t reserved = 0;
};
struct Asked {
  int64_t pid = 0;
  uint64_t start = 0, switches = 0;
};
static_assert(sizeof(Head) == 16 && sizeof(Asked) == 24);

// Where more are asked at once, it is not looked at what each does.
constexpr size_t most_looked_at = 64;

// Whether a process that is alive may have had the signal.
bool can_have_had(pid_t pid, uint64_t switches, int signal) {
  const auto state = read_signal_state(pid);
  if (!state || state->is_pending(signal)) return true;
  if (state->is_ignored(signal) || !state->is_caught(signal)) return false;
  return switches == 0 || state->threads > 1 || state->switches != switches;
}

}  // namespace

std::string encode_asking(LaunchId launch, const Asking& asking) {
  const Head head{launch, asking.signal, asking.rest_waits, asking.told, 0};
  std::string bytes(reinterpret_cast<const char*>(&head), sizeof head);
  for (auto& [process, switches] : asking.asked) {
    const Asked asked{process.first, process.second, switches};
    bytes.append(reinterpret_cast<const char*>(&asked), sizeof asked);
  }
  return bytes;
}

Result<std::pair<LaunchId, Asking>> decode_asking(std::string_view bytes) {
  Head head;
  if (bytes.size() < sizeof head || (bytes.size() - sizeof head) % sizeof(Asked) != 0)
    return fail("{} bytes", bytes.size());
  std::memcpy(&head, bytes.data(), sizeof head);
  bytes.remove_prefix(sizeof head);
  Asking asking{head.signal, head.rest_waits != 0, head.told != 0, {}};
  for (; !bytes.empty(); bytes.remove_prefix(sizeof(Asked))) {
    Asked asked;
    std::memcpy(&asked, bytes.data(), sizeof asked);
    asking.asked[{static_cast<pid_t>(asked.pid), asked.start}] = asked.switches;
  }
  return std::pair(head.launch, std::move(asking));
}

std::vector<ProcessEntry> add_to(Asking& asking, const std::vector<ProcessEntry>& processes) {
  std::vector<ProcessEntry> added;
  for (auto& process : processes)
    if (asking.asked.try_emplace({process.pid, process.start}).second) added.push_back(process);
  for (auto& process : added) {
    if (added.size() > most_looked_at) break;
    if (const auto state = read_signal_state(process.pid))
      asking.asked[{process.pid, process.start}] = state->switches;
  }
  return added;
}

Asking those_who_were_asked(Asking kept) {
  if (kept.told) return kept;
  std::erase_if(kept.asked, [&](auto& asked) {
    const auto& [pid, start] = asked.first;
    const auto entry = read_process(pid);
    const bool lives = entry && entry->start == start && !entry->dead;
    return lives && !can_have_had(pid, asked.second, kept.signal);
  });
  return kept;
}

}  // namespace muster
