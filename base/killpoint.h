// Named instants at which a test can have this program killed, as if by `kill -9`:
// MUSTER_KILLPOINT=NAME:N dies at the N-th time that it comes by NAME. Only in builds with the
// sanitizers; nothing at all in others. Keeps: every name stands in the table, once.
#pragma once

#include <cstdint>
#include <string_view>

namespace muster {

enum class Killpoint : uint8_t {
  step_decided,      // the core has decided, and nothing is kept of it
  model_kept,        // a model that it has taken is, and not that it is in force
  step_kept,         // it is in the ledger, and nothing was carried out
  action_done,       // one of its actions was
  launch_deposited,  // the keeper has the pipes of a launch that was not forked yet
  launch_forked,     // forked, and its pid is not deposited
  launch_noted,      // its pid is
  asking_kept,       // those that are about to be asked to end are in the ledger, and not signalled
  asking_sent,       // signalled, and that is not in the ledger
  exit_told,         // the core knows of an exit whose process was not reaped
  exit_released,     // reaped
  launch_over,       // the core knows that nothing is left of it
  launch_forgotten,  // and the keeper knows
  window_filled,     // bytes are in a window, and not in the journal
  record_journaled,  // in the journal, and not on the bus
  record_published,  // on the bus, and still in the window
  recovery_begun,    // a successor has read what it needs
  recovery_said,     // and has said what its predecessor had not
  recovery_adopted,  // and has taken over one launch
  recovery_ended,    // and all of them, and is not ready yet
};

// Aborts over bytes with MUSTER_POISON in them, as a mistake of ours might; in the same builds.
#ifdef MUSTER_KILLPOINTS
void killpoint(Killpoint point);
void poisonpoint(std::string_view bytes);
#else
inline void killpoint(Killpoint) {}
inline void poisonpoint(std::string_view) {}
#endif

}  // namespace muster
