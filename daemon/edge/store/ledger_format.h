// The bytes of a ledger, and back. Knows no files. Keeps: a step is found whole or not at all, and
// in its order; what is behind the first damaged byte does not count, and is told.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "daemon/core/note.h"
#include "daemon/edge/launch/asking.h"
#include "daemon/edge/launch/run.h"
#include "router/journal/options.h"

namespace muster {

// 2: notes say how a process is to be ended, which a reader of version 1 would not know.
// 3: processes that are complete or have failed.
// 4: processes that wait for what they need.
// 5: steps have numbers, the head has a checksum and says which pids it speaks of.
inline constexpr uint32_t ledger_version = 5;

struct LedgerText {
  uint32_t version = 0;
  std::string machine;  // as machine_id() has it; up to version 4 the boot alone
  Run run;
  Memory memory;
  journal::Mark journal;
  std::map<LaunchId, Asking> asking;
  uint64_t number = 0;  // of the last step
  bool begun = false;   // there is a step
  std::string damage;   // empty: it is whole
};

// An error where nothing of it can be used, or it is a newer version's.
Result<LedgerText> decode_ledger(std::string_view bytes);
bool is_newer_ledger(std::string_view bytes);

std::string ledger_head(const std::string& machine, const Run& run);
void append_step(std::vector<char>& out, uint64_t number, const journal::Mark& mark,
                 const Note& note);
// No step: says how far the journal is. It has the number of the step before it.
void append_mark(std::vector<char>& out, uint64_t number, const journal::Mark& mark);
// No step either: the processes that have been asked to end; none any more, where `asking` is
// empty.
void append_asking(std::vector<char>& out, uint64_t number, const journal::Mark& mark,
                   LaunchId launch, const Asking& asking);

}  // namespace muster
