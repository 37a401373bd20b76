// See layers.h. The tmpfs is mounted where /proc was, which is one of the few directories that are
// always there and need no copy, because a new one comes in its place.
#include "daemon/exec/layers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemon/exec/mount_table.h"

namespace muster {
namespace {

constexpr uint64_t bytes_per_file = 1024;  // which the kernel needs for an empty one too

bool is_one_of(const char* name, const char* const* names) {
  for (; *names; ++names)
    if (strcmp(name, *names) == 0) return true;
  return false;
}

// Views of the kernel and not of files: a copy of one is of no use.
constexpr const char* kernel_views[] = {
    "autofs",    "binfmt_misc", "bpf",      "cgroup",   "cgroup2",    "configfs",
    "debugfs",   "devpts",      "devtmpfs", "efivarfs", "fusectl",    "hugetlbfs",
    "mqueue",    "nsfs",        "proc",     "pstore",   "rpc_pipefs", "securityfs",
    "selinuxfs", "sysfs",       "tracefs",  nullptr};
// Which overlays may not like, and in which there is no socket with a listener.
constexpr const char* without_sockets[] = {"cramfs", "erofs",    "exfat", "iso9660", "msdos",
                                           "romfs",  "squashfs", "vfat",  nullptr};
constexpr const char* replaced[] = {"/dev", "/proc", "/sys"};

// Those which a copy is to have too, and which a bind mount must not lose.
unsigned long flags_of(const char* path) {
  struct statvfs status;
  if (statvfs(path, &status) != 0) return 0;
  unsigned long flags =
      status.f_flag & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME);
  if (status.f_flag & ST_RELATIME) flags |= MS_RELATIME;
  return flags;
}

bool is_replaced(const char* path) {
  for (auto* directory : replaced)
    if (is_below(path, directory)) return true;
  return false;
}

bool lay_over(const char* path, const char* place);

// A socket or a FIFO by the same name, whose other end no process of the machine has.
void show_likeness(const struct stat& status, const char* place) {
  mknod(place, status.st_mode & (S_IFMT | 0777), 0);
}

// An entry of a directory in which something is mounted. A device is not shown.
void show_entry(const char* path, const char* place) {
  struct stat status;
  char target[longest_path];
  if (lstat(path, &status) != 0) return;
  if (S_ISLNK(status.st_mode)) {
    const ssize_t length = readlink(path, target, sizeof target - 1);
    if (length < 0) return;
    target[length] = 0;
    if (symlink(target, place) != 0) return;
  } else if (S_ISDIR(status.st_mode)) {
    if (mkdir(place, 0555) == 0 && !is_replaced(path) && !is_mount_point(path))
      lay_over(path, place);
  } else if (S_ISREG(status.st_mode)) {
    const int fd = open(place, O_WRONLY | O_CREAT | O_CLOEXEC, 0444);
    if (fd >= 0) close(fd);
    if (!is_mount_point(path)) show_read_only(path, place);
  } else if (S_ISSOCK(status.st_mode) || S_ISFIFO(status.st_mode)) {
    show_likeness(status, place);
  }
}

// Where somebody else has mounted something, who is only in a user namespace may not look beneath
// it, and so not copy what it lies on. So a directory that holds mount points is made anew, and
// what is in it copied one by one.
bool compose(const char* path, const char* place) {
  DIR* directory = opendir(path);
  if (!directory) return false;
  while (const dirent* entry = readdir(directory)) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    char from[longest_path], to[longest_path];
    const char* slash = path[1] ? "/" : "";
    const int length = snprintf(to, sizeof to, "%s/%s", place, entry->d_name);
    snprintf(from, sizeof from, "%s%s%s", path, slash, entry->d_name);
    if (static_cast<size_t>(length) < sizeof to) show_entry(from, to);
  }
  closedir(directory);
  struct stat status;
  if (stat(path, &status) != 0) return false;
  const mode_t taken = access(path, W_OK) == 0 ? 0 : 0222;
  return chmod(place, status.st_mode & 07777 & ~taken) == 0;
}

// A user who cannot be given the files of others would be their owner, and might write there.
bool make_upper(const char* upper, const struct stat& lower) {
  const mode_t taken = access(".", W_OK) != 0 && errno == EACCES ? 0222 : 0;
  return make_directory(upper, lower.st_mode & 07777 & ~taken, lower.st_uid, lower.st_gid);
}

// No device can be made in it.
bool lay_over(const char* path, const char* place) {
  static int number = 0;
  struct stat lower;
  char upper[64], work[64], options[256];
  snprintf(upper, sizeof upper, "%s/%d", changes, number);
  snprintf(work, sizeof work, "%s/%d.work", changes, number);
  number++;
  // By its name "." it needs no escapes.
  if (chdir(path) != 0 || stat(".", &lower) != 0) return false;
  if (!make_upper(upper, lower) || !make_directory(work, 0700)) return false;
  snprintf(options, sizeof options, "lowerdir=.,upperdir=%s,workdir=%s,userxattr", upper, work);
  const unsigned long flags = flags_of(".") | MS_NODEV;
  if (mount("overlay", place, "overlay", flags, options) == 0) return true;
  *strrchr(options, ',') = 0;  // where we are privileged some kernels do not know the last one
  if (mount("overlay", place, "overlay", flags, options) == 0) return true;
  const int error = errno;
  for (size_t i = 0; i < mount_count; ++i)
    if (is_below(mounts[i].path, path[1] ? path : "") && strcmp(mounts[i].path, path) != 0)
      return compose(path, place);
  errno = error;
  return false;
}

// The mounts below it; later ones lie on earlier ones. A mount that cannot be seen from here cannot
// be seen there either, nor one that cannot be copied and may hold a socket.
void copy_mounts_below(const char* top) {
  for (size_t i = 0; i < mount_count; ++i) {
    const char* path = mounts[i].path;
    if (strcmp(path, top) == 0 || !is_below(path, top[1] ? top : "") || is_replaced(path) ||
        is_one_of(mounts[i].type, kernel_views))
      continue;
    char place[longest_path + sizeof root];
    snprintf(place, sizeof place, "%s%s", root, path);
    struct stat status;
    if (stat(path, &status) != 0) continue;
    const bool may_be_shown = S_ISREG(status.st_mode) || is_one_of(mounts[i].type, without_sockets);
    if ((!S_ISDIR(status.st_mode) || !lay_over(path, place)) && may_be_shown)
      show_read_only(path, place);
  }
}

// In a user namespace this one user and group are known, and all others have one number, which may
// be his own too. A directory of theirs cannot be copied up, and so nothing be changed below it.
bool can_be_copied_up(const char* path) {
  constexpr unsigned unknown = 65534;
  struct stat status;
  return stat(path, &status) == 0 && status.st_uid == geteuid() && status.st_gid == getegid() &&
         status.st_uid != unknown && status.st_gid != unknown;
}

bool is_mounted(const char* place) {
  struct stat above, status;
  char path[longest_path + sizeof root + sizeof "/.."];
  snprintf(path, sizeof path, "%s/..", place);
  return stat(place, &status) == 0 && stat(path, &above) == 0 && status.st_dev != above.st_dev;
}

// pivot_root and what changes how mounts spread want a root that is a mount. So the root is left
// for that of the namespace, by entering it once more, and the way back leads over a mount.
bool make_mount_of_root() {
  char path[longest_path];
  const int here = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  const int own = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
  return here >= 0 && own >= 0 && setns(own, CLONE_NEWNS) == 0 &&
         mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 && fchdir(here) == 0 &&
         getcwd(path, sizeof path) && mount(".", ".", nullptr, MS_BIND | MS_REC, nullptr) == 0 &&
         chdir(path) == 0 && become_root();
}

}  // namespace

bool bind_read_only(const char* path, const char* place, unsigned long flags) {
  if (mount(path, place, nullptr, MS_BIND, nullptr) != 0) return false;
  flags |= MS_BIND | MS_REMOUNT | MS_RDONLY | flags_of(place);
  if (mount(nullptr, place, nullptr, flags, nullptr) == 0) return true;
  const int error = errno;
  umount2(place, MNT_DETACH);
  errno = error;
  return false;
}

bool show_read_only(const char* path, const char* place) {
  if (!bind_read_only(path, place, MS_NODEV)) return false;
  struct stat shown;
  if (lstat(place, &shown) == 0 && (S_ISREG(shown.st_mode) || S_ISDIR(shown.st_mode))) return true;
  umount2(place, MNT_DETACH);
  errno = ENXIO;
  return false;
}

bool make_directory(const char* path, mode_t mode, uid_t user, gid_t group) {
  if (mkdir(path, 0700) != 0) return false;
  if (user != uid_t(-1) && chown(path, user, group) != 0 && errno != EPERM && errno != EINVAL)
    return false;
  return chmod(path, mode) == 0;
}

// Both by the name ".", so that the old one lies on the new one until it is let go.
bool become_root() {
  return syscall(SYS_pivot_root, ".", ".") == 0 && umount2(".", MNT_DETACH) == 0 && chdir("/") == 0;
}

void copy_place(const char* place) {
  char path[longest_path], copy[longest_path + sizeof root];
  if (!place || *place != '/' || !realpath(place, path)) return;
  // As far up as it makes no difference, because most of what is changed lies beside it.
  for (;;) {
    char* slash = strrchr(path, '/');
    if (slash == path || !can_be_copied_up(path)) break;
    *slash = 0;
    const bool goes_on = can_be_copied_up(path);
    if (!goes_on) *slash = '/';
    if (!goes_on) break;
  }
  snprintf(copy, sizeof copy, "%s%s", root, path);
  if (path[1] != 0 && !is_replaced(path) && !is_mounted(copy) && lay_over(path, copy))
    copy_mounts_below(path);
}

bool lay_copies(uint64_t bytes) {
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 &&
      (errno != EINVAL || !make_mount_of_root()))
    return false;
  if (!read_mounts()) return false;
  char options[128];
  const uint64_t files = bytes / bytes_per_file + 64;
  snprintf(options, sizeof options, "mode=0755,size=%llu,nr_inodes=%llu",
           static_cast<unsigned long long>(bytes), static_cast<unsigned long long>(files));
  if (mount("tmpfs", changes, "tmpfs", MS_NOSUID | MS_NODEV, options) != 0) return false;
  // A mount point in any case, as what becomes / has to be.
  if (mkdir(root, 0755) != 0 || mount(root, root, nullptr, MS_BIND, nullptr) != 0) return false;
  if (!lay_over("/", root)) return false;
  copy_mounts_below("/");
  return true;
}

}  // namespace muster
