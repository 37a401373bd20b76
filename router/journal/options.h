// The choices that an operator has about a journal. JOURNAL.md says what each costs.
#pragma once

#include <cstdint>

namespace muster::journal {

// How far a journal had come, as a witness remembers that is not the journal: it may have been
// taken away meanwhile, or replaced by an older copy, and no number is to be given out twice.
struct Mark {
  uint64_t seq = 0, lines = 0;  // surely given out
  uint64_t reserved = 0;        // seq: at most
  uint64_t reserved_lines = 0;  // at most
  uint64_t identity = 0;        // of the newest segment's file then; 0: not known
  bool operator==(const Mark&) const = default;
};

// How sure it is that a published record outlives a power cut.
enum class Durability : uint8_t {
  page,   // in the kernel's page cache: outlives every process, not the machine
  group,  // on the disk soon after: at most one fdatasync in SyncPlan::group_pause
  each,   // on the disk before anybody is told
};

// The fate of lines while the journal takes nothing, as on a full disk.
enum class WhenFull : uint8_t {
  block,  // they wait in their window and their pipe; then who prints them waits
  drop,   // they are dropped, and how many is told when there is room again
};

struct Options {
  Durability durability = Durability::page;
  WhenFull when_full = WhenFull::block;
  uint64_t total_bytes = 1 << 30;  // all segments together, give or take the newest
};

}  // namespace muster::journal
