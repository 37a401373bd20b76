// The comparison of notes with what lives: a memory that has lost steps, or all of them, is made to
// agree with the processes that were found, before anything is launched. Pure. Keeps: of whatever
// lives nothing is launched again; who is not known is looked after from now on, or handed back to
// be ended, never passed over.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/core/note.h"

namespace muster {

// A launch of which a process lives, as its processes tell it.
struct Living {
  LaunchId launch = 0;
  ProcessName process;
  std::string token;  // of its run
  Identity identity;  // its first process, which may be dead while others of it live
  std::string command;
  std::optional<uint32_t> port;
  bool has_client = false;  // its input comes from a client
};

struct Reconciled {
  Memory memory;
  std::vector<Living> adopted;  // of which the memory did not know
  std::vector<Living> to_end;   // second copies: they cannot both be looked after
  bool changed() const { return !adopted.empty() || !to_end.empty(); }
};

// `memory` is empty where nothing is remembered; then `formation` is what was last wished. `kept`
// are launches that another store knows to have been begun.
Reconciled reconcile(Memory memory, const FormationCounts& formation, std::vector<Living> living,
                     const AppModel& model, Now now);

// A sentence for the log.
std::string adopted_text(const Living& living);
std::string second_copy_text(const Living& living);

}  // namespace muster
