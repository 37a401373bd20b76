// See isolation.h. Here: a root of its own, with the copies, the devices that it may have and what
// it may see of the kernel.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "daemon/exec/isolation.h"
#include "daemon/exec/layers.h"

namespace muster {
namespace {

bool is_null(const struct stat& status) {
  return S_ISCHR(status.st_mode) && major(status.st_rdev) == 1 && minor(status.st_rdev) == 3;
}

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
    // It is the machine's own, whose mode and owner are not to be changed from here.
    if (!bind_read_only(device, name, MS_NOSUID | MS_NOEXEC)) return false;
  }
  for (auto& link : links)
    if (symlink(link.target, link.name) != 0) return false;
  return make_directory("shm", 01777) && make_directory("pts", 0755) &&
         mount("devpts", "pts", "devpts", MS_NOSUID | MS_NOEXEC,
               "newinstance,ptmxmode=0666,mode=0620") == 0;
}

// The part of /sys that shows hardware, without the file systems and switches of the kernel beside
// it. Where there is no /sys, or nothing may be shown of it, there is none.
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

// The part of /proc that concerns the kernel's own processes, and nothing by which the machine is
// changed. All of it is read-only, because the modes of most files there are the same for the whole
// machine, and those of the network's are found in the directory of each process.
bool show_kernel() {
  constexpr const char* hidden[] = {
      "acpi", "asound",      "interrupts", "kcore",       "key-users",     "keys",
      "kmsg", "kpagecgroup", "kpagecount", "kpageflags",  "latency_stats", "sched_debug",
      "scsi", "slabinfo",    "timer_list", "timer_stats", "vmallocinfo"};
  constexpr unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY;
  constexpr const char* nothing = "/proc/nothing";
  if (mount("proc", "/proc/new/proc", "proc", flags, nullptr) != 0) return false;
  if (mkdir(nothing, 0555) != 0 || chdir("/proc/new/proc") != 0) return false;
  for (auto* name : hidden) {
    struct stat status;
    if (lstat(name, &status) != 0) continue;
    if (S_ISDIR(status.st_mode) ? !show_read_only(nothing, name)
                                : !bind_read_only("/proc/new/dev/null", name))
      return false;
  }
  return show_machine();
}

// The user whose name programs ask for. Those of other terminals are not there. By its path,
// because it was opened in a namespace from which nothing can be bound.
void show_terminal() {
  char path[64];
  const ssize_t length = readlink("/proc/new/proc/self/fd/0", path, sizeof path - 1);
  if (!isatty(0) || length < 0) return;
  path[length] = 0;
  const int fd = open("/proc/new/dev/console", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return;
  close(fd);
  bind_read_only(path, "/proc/new/dev/console", MS_NOSUID | MS_NOEXEC);
}

// The one socket of the machine that it is to reach by a path: a copy of a socket leads nowhere.
void show_notify_socket() {
  const char* path = getenv("NOTIFY_SOCKET");
  char place[4096 + sizeof root];
  if (!path || *path != '/') return;
  snprintf(place, sizeof place, "%s%s", root, path);
  bind_read_only(path, place);
}

// So that those who are in a user namespace can change what is theirs.
void copy_usual_places(const char* directory) {
  const char* const places[] = {"/tmp", "/var/tmp", getenv("TMPDIR"), getenv("HOME"), directory};
  for (auto* place : places) copy_place(place);
}

}  // namespace

bool layer_files(uint64_t bytes, const char* directory) {
  if (!lay_copies(bytes)) return false;
  if (is_in_user_namespace()) copy_usual_places(directory);
  if (!make_devices() || !show_kernel()) return false;
  show_terminal();
  show_notify_socket();
  return chdir(root) == 0 && become_root() && open_null_here();
}

bool open_null_here() {
  struct stat status;
  for (int fd = 0; fd < 3; ++fd) {
    if (fstat(fd, &status) != 0 || !is_null(status)) continue;
    const int mode = fcntl(fd, F_GETFL) & O_ACCMODE;
    const int here = open("/dev/null", mode | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (here < 0 || fstat(here, &status) != 0 || !is_null(status)) return false;
    if (fcntl(here, F_SETFL, 0) != 0 || dup2(here, fd) < 0) return false;
    close(here);
  }
  return true;
}

}  // namespace muster
