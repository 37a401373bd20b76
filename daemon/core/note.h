// The notes that the core must have if its program dies at this instant: plain values that an edge
// keeps and hands to the next core. Each event ends in one step, whose note is kept *before* any of
// its actions is carried out. So a successor knows what was decided, and only has to find out how
// much of it was done: what was said is in the journal, what was launched is in the process table.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/action.h"
#include "daemon/core/life_cycle.h"
#include "daemon/core/one_off_limits.h"
#include "daemon/core/timetable.h"

namespace muster {

inline bool operator==(const Now& one, const Now& other) {
  return one.mono == other.mono && one.wall == other.wall;
}

// The fields of a one-off besides those of a process of the formation.
struct OneOffNote {
  std::string type;
  std::string command;
  std::vector<std::string> argv;
  Environment env;
  bool isolated = false;
  OneOffLimits limits;
  std::optional<LaunchId> inside;  // it is in the midst of that one
  bool attached = false;
  bool hung_up = false;              // its client has gone
  std::optional<std::string> ahead;  // the code of a release that is not in force yet
  std::string token;                 // by which its client comes back
  std::optional<TerminalSize> terminal;
  std::string crash_of, input;
  bool operator==(const OneOffNote&) const = default;
};

// A process, as it is after a step.
struct ProcessNote {
  ProcessName name;
  ProcessState state = ProcessState::down;
  Wish wish = Wish::rest;
  std::string command;
  std::optional<LaunchId> launch;
  LaunchProgress progress = LaunchProgress::asked;  // of `launch`
  std::optional<Identity> identity;
  bool isolated = false;
  std::optional<uint32_t> port;
  Now since{};
  std::optional<MonoTime> deadline;
  Stopping stopping;
  bool all_told = false;
  std::optional<Readiness> readiness;  // an earlier program has written none
  Turn turn = Turn::none;
  bool said_ready = false;
  std::string said_status;
  uint64_t out_of_memory = 0;
  Nanos patience{};
  uint32_t launches = 0, crashes = 0;
  std::vector<MonoTime> crashed_at;
  std::optional<int32_t> last_exit;
  std::string trouble;
  std::optional<OneOffNote> one_off;
  bool operator==(const ProcessNote&) const = default;
};

// Code that is on trial: see requests_release.cc.
struct TrialNote {
  uint64_t release = 0, back_to = 0;
  LaunchId first_launch = 0;  // of those with the new code
  FormationCounts formation;  // before it
  bool operator==(const TrialNote&) const = default;
};

// So long a one-off waits for its client after a succession, and its end is remembered for it. A
// client that hears nothing asks after two seconds, or as soon as it is let go on.
inline constexpr Nanos client_return_time = 30s;

// An attached one-off that is over, for a client that comes back: its last reply may not have got
// through.
struct EndedRun {
  std::string token;
  int32_t status = 0;
  std::string refusal;  // why it could not be launched
  MonoTime since{};
  bool operator==(const EndedRun&) const = default;
};

// Crashes of a type that its `on_crash` has not been told yet: see on_crash.cc.
struct UntoldCrash {
  uint32_t count = 0;
  std::string report;  // of the last one
  bool operator==(const UntoldCrash&) const = default;
};

// Where the daemon itself is.
struct DaemonNote {
  FormationCounts formation;
  LaunchId next_launch = 1;
  uint32_t one_offs_named = 0;
  bool ending = false;    // it is being shut down
  bool hurrying = false;  // without waiting for the grace
  uint64_t release = 0;   // which is in force
  std::optional<TrialNote> trial;
  DueTimes due;            // of the types that have a schedule
  uint64_t model = 0;      // the number of that which is in force
  FormationCounts put_by;  // wished, and not in the formation
  std::vector<std::string> stopped_schedules;
  std::map<std::string, std::string> failed_runs;
  uint64_t files_told = 0;  // the last change of the app's files that the log tells of
  std::vector<EndedRun> ended_runs;
  std::map<std::string, UntoldCrash> untold_crashes;  // by type
  int32_t exit_status = 0;                            // with which the daemon is to end
  bool operator==(const DaemonNote&) const = default;
};

// A step of the core.
struct Note {
  DaemonNote daemon;
  std::vector<ProcessNote> changed;
  std::vector<ProcessName> erased;
  // The records that the step says, in order: these, and no others, follow the journal's number
  // `after` as far as they were said.
  std::vector<EventRecord> said;
  uint64_t after = 0;  // filled in by who keeps the note
};

// All steps so far.
struct Memory {
  DaemonNote daemon;
  std::map<ProcessName, ProcessNote> processes;
  Note last;  // of which it is unknown how much was done

  void add(Note note) {
    daemon = note.daemon;
    for (auto& name : note.erased) processes.erase(name);
    for (auto& process : note.changed) processes[process.name] = process;
    last = std::move(note);
  }
};

}  // namespace muster
