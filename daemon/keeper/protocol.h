// The messages between supervisor and keeper: fixed structs over a pair of SEQPACKET sockets,
// descriptors beside them (SCM_RIGHTS). Not a wire format: both ends are this machine's, but they
// may be of different versions after an upgrade, so a struct is changed only together with
// `format`. Only `list` is answered: a message that was sent has reached the keeper, since the
// kernel holds it, and the descriptors in it, even if the sender dies at once.
#pragma once

#include <cstdint>

namespace muster::keeper {

// The format of the messages here and of the table that a keeper hands to the one that replaces it.
inline constexpr uint32_t format = 1;

// How the keeper calls the supervisor: this variable holds the number of the supervisor's end of
// the pair. Without it musterd is not a supervisor yet, and becomes a keeper.
inline constexpr char socket_variable[] = "MUSTER_KEEPER";
// How many supervisors in a row have died before they were ready, or soon after: 0 for the first.
inline constexpr char deaths_variable[] = "MUSTER_KEEPER_DEATHS";
// How the last supervisor ended, as a shell reports it; -1 or 128 where that is not known.
inline constexpr char last_end_variable[] = "MUSTER_KEEPER_LAST_END";
// A pipe on which `musterd -d` waits: the supervisor writes "+" or its reason. Set until `ready`.
inline constexpr char report_variable[] = "MUSTER_KEEPER_REPORT";

// The kinds of deposits. `key` tells those of a kind apart: a launch id, a slot; 0 where there is
// one only.
enum class Kind : uint32_t {
  lock = 1,  // the app's locks: held for as long as any holder of the descriptor lives
  windows,   // the file of all windows
  launch,    // stdout, stderr, report socket of a launch, -1 for what is closed
  listener,  // a listening socket that launches share
  in_force,  // the model that the processes were launched with, in a file in memory
  ledger,    // what a supervisor has decided, as a file in memory
};

enum class Verb : uint32_t {
  // Supervisor to keeper.
  deposit = 1,  // keep descriptors, note and pid under (kind, key); one that is there is replaced
  set_pid,      // the launch's first process is `pid`: not to be reaped before it is forgotten
  forget,       // close the descriptors of (kind, key), reap its process if it is the keeper's
  list,         // answered by an `item` for every deposit, then `end`
  ready,        // requests are being served: nothing that waits for readiness waits any longer
  alive,        // the loop turns; the watchdog starts anew
  finish,       // all is over: the supervisor will exit, and the keeper shall exit with `value`
  upgrade,      // exec the keeper's program anew, then the supervisor will exit
  // Keeper to supervisor.
  item,  // a deposit, with its descriptors; or `value` says how many came and could not be kept
  end,   // there are no more; `value` says how many deposits the table had no room for
  // Supervisor to keeper; one of an earlier version does nothing then.
  tell,  // the service manager, if there is one, what the note says: text that ends with a zero
};

inline constexpr uint32_t max_fds = 4;       // of one deposit
inline constexpr uint32_t note_bytes = 104;  // of one deposit
inline constexpr uint32_t max_deposits = 8192;

// A message, in either direction. Fields that the verb does not use are 0.
struct Message {
  Verb verb;
  Kind kind;
  uint64_t key;
  int32_t pid;
  int32_t value;
  uint32_t fd_count;  // descriptors that come with it, in the order in which they were deposited
  uint32_t reserved;
  char note[note_bytes];  // whatever the supervisor wants to find again; opaque to the keeper
};
static_assert(sizeof(Message) == 136);

}  // namespace muster::keeper
