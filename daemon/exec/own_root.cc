// See isolation.h. Here: a root of its own, with the copies, the devices that it may have and what
// it may see of the kernel.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemon/exec/isolation.h"
#include "daemon/exec/layers.h"

namespace muster {
namespace {

// The devices that are no hardware, terminals of its own, and memory to share.
bool make_devices() {
  constexpr const char* names[] = {"full", "null", "random", "tty", "urandom", "zero"};
  constexpr struct {
    const char *name, *target;
  } links[] = {{"fd", "/proc/self/fd"},
               {"ptmx", "pts/ptmx"},
               {"stderr", "/proc/self/fd/2"},
               {"stdin", "/proc/self/fd/0"},
               {"stdout", "/proc/self/fd/1"}};
  if (mkdir("/proc/dev", 0755) != 0 ||
      mount("/proc/dev", "/proc/new/dev", nullptr, MS_BIND, nullptr) != 0)
    return false;
  if (chdir("/proc/new/dev") != 0) return false;
  for (auto* name : names) {
    char device[32];
    snprintf(device, sizeof device, "/dev/%s", name);
    const int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) return false;
    close(fd);
    if (mount(device, name, nullptr, MS_BIND, nullptr) != 0) return false;
  }
  for (auto& link : links)
    if (symlink(link.target, link.name) != 0) return false;
  return make_directory("shm", 01777) && make_directory("pts", 0755) &&
         mount("devpts", "pts", "devpts", MS_NOSUID | MS_NOEXEC,
               "newinstance,ptmxmode=0666,mode=0620") == 0;
}

// What there is of hardware, without the file systems and switches of the kernel beside it. Where
// there is no /sys, or nothing may be shown of it, there is none.
bool show_machine() {
  constexpr const char* names[] = {"block", "bus", "class", "dev", "devices", "module"};
  if (mkdir("/proc/sys", 0755) != 0) return false;
  if (mount("/proc/sys", "/proc/new/sys", nullptr, MS_BIND, nullptr) != 0) return errno == ENOENT;
  for (auto* name : names) {
    char from[32], to[32];
    snprintf(from, sizeof from, "/sys/%s", name);
    snprintf(to, sizeof to, "/proc/new/sys/%s", name);
    if (mkdir(to, 0755) == 0) show_read_only(from, to);
  }
  return true;
}

// Of the kernel what concerns its own processes, and nothing by which the machine is changed.
bool show_kernel() {
  constexpr const char* read_only[] = {"bus", "fs", "irq", "sys", "sysrq-trigger"};
  constexpr const char* hidden[] = {"kcore", "keys", "latency_stats", "sched_debug", "timer_list"};
  constexpr unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  if (mount("proc", "/proc/new/proc", "proc", flags, nullptr) != 0) return false;
  if (chdir("/proc/new/proc") != 0) return false;
  for (auto* name : read_only)
    if (!show_read_only(name, name) && errno != ENOENT) return false;
  for (auto* name : hidden)
    if (mount("/proc/new/dev/null", name, nullptr, MS_BIND, nullptr) != 0 && errno != ENOENT)
      return false;
  return show_machine();
}

// Whose name programs ask for. Those of other terminals are not there. By its path, because it was
// opened in a namespace from which nothing can be bound.
void show_terminal() {
  char path[64];
  const ssize_t length = readlink("/proc/new/proc/self/fd/0", path, sizeof path - 1);
  if (!isatty(0) || length < 0) return;
  path[length] = 0;
  const int fd = open("/proc/new/dev/console", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return;
  close(fd);
  mount(path, "/proc/new/dev/console", nullptr, MS_BIND, nullptr);
}

// The one socket of the machine that it is to reach by a path: a copy of a socket leads nowhere.
void show_notify_socket() {
  const char* path = getenv("NOTIFY_SOCKET");
  char place[4096 + sizeof root];
  if (!path || *path != '/') return;
  snprintf(place, sizeof place, "%s%s", root, path);
  show_read_only(path, place);
}

// Both by the name ".", so that the old one lies on the new one until it is let go.
bool change_root() {
  return chdir(root) == 0 && syscall(SYS_pivot_root, ".", ".") == 0 &&
         umount2(".", MNT_DETACH) == 0 && chdir("/") == 0;
}

}  // namespace

bool layer_files(uint64_t bytes) {
  if (!lay_copies(bytes) || !make_devices() || !show_kernel()) return false;
  show_terminal();
  show_notify_socket();
  return change_root();
}

}  // namespace muster
