// The facts of /proc about the processes of this machine, and signals that cannot hit the wrong
// one. Knows no launches. A process is a pid and its start time: a pid alone is used again.
#pragma once

#include <sys/types.h>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

struct ProcessEntry {
  pid_t pid = 0, parent = 0, group = 0, session = 0;
  uint64_t start = 0;  // in clock ticks since boot
  bool dead = false;   // a zombie, or about to vanish
  bool stopped = false;
  uint64_t cpu = 0;    // used, in clock ticks, with that of children that it has reaped
  uint64_t pages = 0;  // of memory that are there
};

// It is nothing if there is no such process (any more).
std::optional<ProcessEntry> read_process(pid_t pid);

// All processes but those that `skip` names, a system call or three for each: not for every turn.
std::vector<ProcessEntry> read_processes(const std::function<bool(pid_t)>& skip = {});

// The children of the process's main thread, and those that it got as a subreaper: dead ones too.
// It is nothing where the kernel does not tell. Our own list has each process that was our child
// all the while, as long as nothing reaps meanwhile; another process's list may lack some.
std::optional<std::vector<pid_t>> read_children(pid_t pid);

// The environment that the process was executed with, as "K=V\0K=V\0...": empty if it may not be
// read. Cut after a megabyte.
std::string read_environment(pid_t pid);
// The value of `name` in such an environment; the first one, as getenv() has it.
std::optional<std::string_view> value_in(std::string_view environment, std::string_view name);

// The inodes of the sockets, or of the pipes, that the process has open.
std::vector<uint64_t> socket_inodes(pid_t pid);
std::vector<uint64_t> pipe_inodes(pid_t pid);
// The inode of the pipe that it has under this number; 0 if there is none.
uint64_t pipe_inode(pid_t pid, int fd);
// The numbers under which it has this very pipe open.
std::vector<int> pipe_descriptors(pid_t pid, uint64_t inode);
// The moment of now as ProcessEntry::start has it.
uint64_t clock_ticks_now();

// Signals this very process; false if it is gone. Never pid 1, and never ourselves.
bool signal_process(const ProcessEntry& process, int signal);

// The text of "PID (NAME) STATE PARENT ..." as in /proc/PID/stat.
std::optional<ProcessEntry> parse_stat(std::string_view text);

}  // namespace muster
