// The facts and limits of this machine: file descriptors, which of them are taken from the start,
// the boot, and where our programs are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "daemon/config/settings.h"

namespace muster {

// Descriptors that launches may not use up: clients, subscribers, journal and /proc need some too.
inline constexpr uint64_t fd_reserve = 64;

// Fewer do not do for the daemon itself and one process: sockets, journal, windows, keeper.
inline constexpr uint64_t fewest_fds = 128;
// Why it cannot be started with the limit of descriptors that it was given, if it cannot.
std::optional<std::string> refuse_few_fds();

// Makes sure that 0, 1 and 2 are open, on /dev/null where they were not: otherwise a journal might
// get the number of stderr. To be called before anything is opened.
void occupy_standard_fds();

struct FdLimits {
  uint64_t before;  // the soft limit that was inherited, and that programs get again
  uint64_t now;
};
// Raises the soft limit of open descriptors to the hard one. To be called once, before others.
FdLimits raise_fd_limit();

// The signals and limits of a child that is told nothing else. To be called before the limits are
// raised.
Usual usual_of_children();

uint32_t count_open_fds();

// Processes of the same user, as those are that we start, can trace us no more, nor read our
// memory, environment and descriptors. Root still can. No core dump is made of us.
void hide_from_equals();
// Where that is not wanted, for a debugger.
inline constexpr const char* dumpable_variable = "MUSTER_DUMPABLE";

// In bytes.
uint64_t memory_of_machine();

// Finds another program of ours: beside this very one, or else, as installed, where only musterd
// looks. The first of these places is returned if the program is in neither.
std::string find_beside_us(const std::string& name);
// That other place, as seen from the directory of this program. Both may be moved together.
const char* libexec_from_bin();
// The boot id of the running kernel; empty where it does not say.
std::string boot_id();
// By which pids can be told from those of before a reboot, and from those of another container that
// has the same directories: the boot, our pid namespace and when its first process was started.
// Begins with the boot id and a slash.
std::string machine_id();
// The same for every daemon of this user here that would have these two directories, and for no
// other: sixteen digits. A process in another pid namespace, or one that sees another root, has
// others.
std::string place_id(const std::string& state_dir, const std::string& runtime_dir);

// Whether a descriptor that was just given out is one of the last ones. The kernel gives out the
// lowest free number.
bool is_reserved(int fd);

}  // namespace muster
