// See layers.h. The tmpfs is mounted where /proc was, which is one of the few directories that are
// always there and need no copy, because a new one comes in its place.
#include "daemon/exec/layers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace muster {
namespace {

constexpr size_t longest_path = 4096;
constexpr uint64_t bytes_per_file = 1024;  // which the kernel needs for an empty one too

bool starts_with(const char* path, const char* directory) {
  const size_t length = strlen(directory);
  return strncmp(path, directory, length) == 0 && (path[length] == '/' || path[length] == 0);
}

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
constexpr const char* replaced[] = {"/dev", "/proc", "/sys"};

// The whole of it, with a NUL at its end; nullptr if it cannot be read.
char* read_file(const char* path) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return nullptr;
  size_t size = 0, room = 0;
  char* text = nullptr;
  ssize_t n = 0;
  do {
    size += static_cast<size_t>(n);
    if (size + 1 >= room) {
      room = room * 2 + longest_path;
      auto* larger = static_cast<char*>(realloc(text, room));
      if (!larger) break;
      text = larger;
    }
    n = read(fd, text + size, room - size - 1);
  } while (n > 0);
  if (text) text[size] = 0;
  close(fd);
  return text;
}

// "\040" is a blank. In place.
void unescape(char* path) {
  char* to = path;
  for (const char* from = path; *from; ++from) {
    if (*from == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] && from[3]) {
      *to++ = static_cast<char>((from[1] - '0') << 6 | (from[2] - '0') << 3 | (from[3] - '0'));
      from += 3;
    } else {
      *to++ = *from;
    }
  }
  *to = 0;
}

// Those which a copy is to have too, and which a bind mount must not lose.
unsigned long flags_of(const char* path) {
  struct statvfs status;
  if (statvfs(path, &status) != 0) return 0;
  unsigned long flags =
      status.f_flag & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME);
  if (status.f_flag & ST_RELATIME) flags |= MS_RELATIME;
  return flags;
}

// The mount points and what is mounted there, in the order in which it was.
struct Mount {
  char* path;
  const char* type;
};
Mount* mounts;
size_t mount_count;

bool read_mounts() {
  char* table = read_file("/proc/self/mountinfo");
  if (!table) return false;
  size_t lines = 0;
  for (const char* at = table; *at; ++at) lines += *at == '\n' ? 1 : 0;
  mounts = static_cast<Mount*>(calloc(lines + 1, sizeof(Mount)));
  if (!mounts) return false;
  for (char *line = table, *next; *line; line = next) {
    next = line + strcspn(line, "\n");
    if (*next) *next++ = 0;
    char* type = strstr(line, " - ");
    char* path = line;  // its fifth word
    for (int word = 1; word < 5 && path; ++word) path = strchr(path + 1, ' ');
    if (!type || !path || mount_count > lines) continue;
    type += strlen(" - ");
    type[strcspn(type, " ")] = 0;
    path++;
    path[strcspn(path, " ")] = 0;
    unescape(path);
    mounts[mount_count++] = {path, type};
  }
  return true;
}

bool is_replaced(const char* path) {
  for (auto* directory : replaced)
    if (starts_with(path, directory)) return true;
  return false;
}

bool is_mount_point(const char* path) {
  for (size_t i = 0; i < mount_count; ++i)
    if (strcmp(mounts[i].path, path) == 0) return true;
  return false;
}

bool lay_over(const char* path, const char* place);

// One entry of a directory in which something is mounted.
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
  } else {
    const int fd = open(place, O_WRONLY | O_CREAT | O_CLOEXEC, 0444);
    if (fd >= 0) close(fd);
    if (!is_mount_point(path)) show_read_only(path, place);
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

// Nothing that is a device can be made in it.
bool lay_over(const char* path, const char* place) {
  static int number = 0;
  struct stat lower;
  char upper[64], work[64], options[256];
  snprintf(upper, sizeof upper, "%s/%d", changes, number);
  snprintf(work, sizeof work, "%s/%d.work", changes, number);
  number++;
  // By its name "." it needs no escapes.
  if (chdir(path) != 0 || stat(".", &lower) != 0) return false;
  if (!make_directory(upper, lower.st_mode & 07777, lower.st_uid, lower.st_gid) ||
      !make_directory(work, 0700))
    return false;
  snprintf(options, sizeof options, "lowerdir=.,upperdir=%s,workdir=%s,userxattr", upper, work);
  const unsigned long flags = flags_of(".") | MS_NODEV;
  if (mount("overlay", place, "overlay", flags, options) == 0) return true;
  *strrchr(options, ',') = 0;  // where we are privileged some kernels do not know the last one
  if (mount("overlay", place, "overlay", flags, options) == 0) return true;
  const int error = errno;
  for (size_t i = 0; i < mount_count; ++i)
    if (starts_with(mounts[i].path, path[1] ? path : "") && strcmp(mounts[i].path, path) != 0)
      return compose(path, place);
  errno = error;
  return false;
}

// What else is mounted; later ones lie on earlier ones. What cannot be seen from here cannot be
// seen there either.
void copy_mounts() {
  for (size_t i = 0; i < mount_count; ++i) {
    const char* path = mounts[i].path;
    if (strcmp(path, "/") == 0 || is_replaced(path) || is_one_of(mounts[i].type, kernel_views))
      continue;
    char place[longest_path + sizeof root];
    snprintf(place, sizeof place, "%s%s", root, path);
    struct stat status;
    if (stat(path, &status) != 0) continue;
    if (!S_ISDIR(status.st_mode) || !lay_over(path, place)) show_read_only(path, place);
  }
}

}  // namespace

bool show_read_only(const char* path, const char* place) {
  if (mount(path, place, nullptr, MS_BIND, nullptr) != 0) return false;
  if (mount(nullptr, place, nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY | flags_of(place), nullptr) ==
      0)
    return true;
  const int error = errno;
  umount2(place, MNT_DETACH);
  errno = error;
  return false;
}

bool make_directory(const char* path, mode_t mode, uid_t user, gid_t group) {
  if (mkdir(path, 0700) != 0) return false;
  if (user != uid_t(-1) && chown(path, user, group) != 0 && errno != EPERM && errno != EINVAL)
    return false;
  return chmod(path, mode) == 0;
}

bool lay_copies(uint64_t bytes) {
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 || !read_mounts())
    return false;
  char options[128];
  const uint64_t files = bytes / bytes_per_file + 64;
  snprintf(options, sizeof options, "mode=0755,size=%llu,nr_inodes=%llu",
           static_cast<unsigned long long>(bytes), static_cast<unsigned long long>(files));
  if (mount("tmpfs", changes, "tmpfs", MS_NOSUID | MS_NODEV, options) != 0) return false;
  // A mount point in any case, as what becomes / has to be.
  if (mkdir(root, 0755) != 0 || mount(root, root, nullptr, MS_BIND, nullptr) != 0) return false;
  if (!lay_over("/", root)) return false;
  copy_mounts();
  return true;
}

}  // namespace muster
