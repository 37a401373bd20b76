// muster-exec DIRECTORY FD_LIMIT [NAME=VALUE]... -- PROGRAM ARG...: what happens in the child
// before a launch's program begins, each step reported when it fails. Not a shell and no daemon
// code: it knows nothing but the C library, and of that what every one has, so that it starts fast.
// Environment, session and descriptors 0 to 4 come from the daemon; the program keeps 0 to 2, and
// as its 3 the socket that its type shares, where there is one.
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemon/exec/format.h"
#include "daemon/exec/isolation.h"
#include "daemon/exec/privileges.h"
#include "daemon/exec/report.h"

namespace {

using muster::ExecStage;

int report_fd = muster::exec_report_fd;
const char* begins_in = "/";

// A small write into an empty socket is never cut short. There may be no reader.
bool report(ExecStage stage, int number) {
  muster::ExecReport said{stage, number};
  return send(report_fd, &said, sizeof said, MSG_NOSIGNAL) == sizeof said;
}

// As a shell would exit: 127 for "there is no such thing", 126 for "there is, but".
[[noreturn]] void give_up(ExecStage stage) {
  const int error = errno;
  _exit(report(stage, error) && error == ENOENT ? 127 : 126);
}

constexpr unsigned close_on_exec = 1U << 2;  // CLOSE_RANGE_CLOEXEC

void keep_standard_descriptors() {
  // Closing at exec, not now: the report socket must stay open until then.
  if (syscall(SYS_close_range, muster::exec_report_fd, ~0U, close_on_exec) != 0)
    for (int fd = muster::exec_report_fd; fd < 1024; ++fd) fcntl(fd, F_SETFD, FD_CLOEXEC);
}

// An ignored signal or a blocked one would be inherited by the program, which cannot know. By the
// system call, because the C library keeps two signals for itself, which posix_spawn ignores.
void reset_signals() {
  const struct {  // as the kernel has it, all zero: SIG_DFL
    unsigned long handler, flags, restorer, mask;
  } by_default{};
  for (int number = 1; number < _NSIG; ++number)
    syscall(SYS_rt_sigaction, number, &by_default, nullptr, sizeof by_default.mask);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

// The daemon raises its own soft limit; programs that use select() rely on the usual one.
bool restore_fd_limit(const char* text) {
  rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return false;
  limit.rlim_cur = strtoull(text, nullptr, 10);
  if (limit.rlim_cur > limit.rlim_max) limit.rlim_cur = limit.rlim_max;
  return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

// Sets the limit that was asked for, or none: a limit that is not quite it helps no user.
bool set_limit(int resource, const char* text) {
  rlimit limit;
  if (getrlimit(resource, &limit) != 0) return false;
  limit.rlim_cur = strtoull(text, nullptr, 10);  // "unlimited" is the highest number
  if (limit.rlim_cur > limit.rlim_max) limit.rlim_max = limit.rlim_cur;
  return setrlimit(resource, &limit) == 0;
}

// The text that the kernel takes from one of its files.
bool write_setting(const char* path, const char* text) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool written = write(fd, text, strlen(text)) >= 0;
  const int error = errno;
  close(fd);
  errno = error;
  return written;
}

// As systemd hands sockets over: from 3 on, and only to this very process. The report goes on by
// another number.
bool take_listener(const char*) {
  const int kept = fcntl(report_fd, F_DUPFD_CLOEXEC, muster::exec_listen_fd + 1);
  if (kept < 0 || dup2(muster::exec_listen_fd, muster::exec_report_fd) < 0) return false;
  report_fd = kept;
  char pid[16];
  snprintf(pid, sizeof pid, "%d", static_cast<int>(getpid()));
  return setenv("LISTEN_PID", pid, 1) == 0;
}

// Numbers with commas between them, as many as a process may have.
bool set_groups(const char* text) {
  static gid_t groups[NGROUPS_MAX];
  size_t count = 0;
  while (*text && count < NGROUPS_MAX) {
    char* end = nullptr;
    groups[count++] = static_cast<gid_t>(strtoul(text, &end, 10));
    text = *end == ',' ? end + 1 : end;
  }
  return setgroups(count, groups) == 0;
}

// The system calls read the highest number as "leave it as it is", and that is root.
bool is_somebody(unsigned long number) {
  errno = EINVAL;
  return number < UINT_MAX;
}

struct Setting {
  const char* name;
  ExecStage stage;
  bool (*apply)(const char* value);
};
constexpr Setting settings[] = {
    {"umask", ExecStage::arguments,
     [](const char* value) {
       umask(static_cast<mode_t>(strtoul(value, nullptr, 10)));
       return true;
     }},
    {"nice", ExecStage::niceness,
     [](const char* value) { return setpriority(PRIO_PROCESS, 0, atoi(value)) == 0; }},
    {"nofile", ExecStage::limits,
     [](const char* value) { return set_limit(RLIMIT_NOFILE, value); }},
    {"core", ExecStage::core_limit,
     [](const char* value) { return set_limit(RLIMIT_CORE, value); }},
    {"oom_score", ExecStage::oom_score,
     [](const char* value) { return write_setting("/proc/self/oom_score_adj", value); }},
    {"enter", ExecStage::cgroup, [](const char* value) { return write_setting(value, "0"); }},
    // Where one is not let in, it is still to run.
    {"try_enter", ExecStage::cgroup,
     [](const char* value) { return write_setting(value, "0") || true; }},
    {"own_processes", ExecStage::own_processes,
     [](const char*) { return muster::enter_namespaces(); }},
    {"own_files", ExecStage::own_files,
     [](const char* value) {
       return muster::layer_files(strtoull(value, nullptr, 10), begins_in);
     }},
    {"own_session", ExecStage::own_processes, [](const char*) { return muster::leave_init(); }},
    {"inside", ExecStage::inside,
     [](const char* value) { return muster::enter_midst(atoi(value)); }},
    {"listen", ExecStage::arguments, take_listener},
    {"groups", ExecStage::identity, set_groups},
    {"gid", ExecStage::identity,
     [](const char* value) {
       const auto group = static_cast<gid_t>(strtoul(value, nullptr, 10));
       return is_somebody(group) && setresgid(group, group, group) == 0;
     }},
    {"uid", ExecStage::identity,
     [](const char* value) {
       const auto user = static_cast<uid_t>(strtoul(value, nullptr, 10));
       const uid_t before = geteuid();
       if (!is_somebody(user) || setresuid(user, user, user) != 0) return false;
       return user == before || user == 0 || muster::give_up_all_capabilities();
     }},
    // The descriptor of what is to be the terminal of our session.
    {"terminal", ExecStage::terminal,
     [](const char* value) { return ioctl(atoi(value), TIOCSCTTY, 0) == 0; }},
};

void apply(const char* word) {
  const char* equals = strchr(word, '=');
  if (equals)
    for (auto& setting : settings) {
      const size_t length = strlen(setting.name);
      if (length != static_cast<size_t>(equals - word) || strncmp(word, setting.name, length) != 0)
        continue;
      if (!setting.apply(equals + 1)) give_up(setting.stage);
      return;
    }
  errno = EINVAL;
  give_up(ExecStage::arguments);
}

// Returns if it fails. A file that the kernel does not know is a script for the shell.
void execute(const char* path, char** command) {
  execv(path, command);
  if (errno != ENOEXEC) return;
  size_t count = 0;
  while (command[count]) ++count;
  auto** words = static_cast<const char**>(calloc(count + 2, sizeof(char*)));
  if (!words) return;
  words[0] = "/bin/sh";
  words[1] = path;
  memcpy(words + 2, command + 1, count * sizeof(char*));
  execv(words[0], const_cast<char**>(words));
}

// As execvp, which in some C libraries knows of no scripts. Not being allowed is told only where
// there is no other.
void search_and_execute(char** command) {
  const char* name = command[0];
  if (strchr(name, '/')) return execute(name, command);
  const size_t name_size = strlen(name) + 1;
  const char* path = getenv("PATH");
  int error = ENOENT;
  for (const char* directory = path ? path : "/bin:/usr/bin";; ++directory) {
    const size_t length = strcspn(directory, ":");
    char candidate[PATH_MAX];
    if (name_size > 1 && length + 1 + name_size <= sizeof candidate) {
      memcpy(candidate, directory, length);
      const size_t slash = length > 0 ? 1 : 0;
      memset(candidate + length, '/', slash);
      memcpy(candidate + length + slash, name, name_size);
      execute(candidate, command);
      if (errno == EACCES) error = EACCES;
      if (errno != EACCES && errno != ENOENT && errno != ENOTDIR) return;
    }
    directory += length;
    if (*directory == 0) break;
  }
  errno = error;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && strcmp(argv[1], "--format") == 0)
    return printf("%u\n", muster::exec_format) < 0 || fflush(stdout) != 0;
  report(ExecStage::begun, getpid());
  prctl(PR_SET_NAME, "muster-exec");  // that of a copy in memory is a number
  keep_standard_descriptors();
  int end = 3;  // of the settings
  while (end < argc && strcmp(argv[end], "--") != 0) end++;
  if (end + 1 >= argc) {
    errno = EINVAL;
    give_up(ExecStage::arguments);
  }
  begins_in = argv[1];
  const char* fd_limit = argv[2];
  char** command = argv + end + 1;
  if (!restore_fd_limit(fd_limit)) give_up(ExecStage::limits);
  for (int i = 3; i < end; i++) apply(argv[i]);
  if (chdir(begins_in) != 0) give_up(ExecStage::directory);
  reset_signals();
  if (!muster::are_privileges_settled()) give_up(ExecStage::privileges);
  search_and_execute(command);
  give_up(ExecStage::program);
}
