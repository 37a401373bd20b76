// muster-keeper: the start, which may allocate and may fail; what follows must do neither.
//   [--report FD] -- PROGRAM ARG...         becomes the keeper of PROGRAM
//   --adopt SOCKET PID -- PROGRAM ARG...    of a supervisor that runs already
//   --continue TABLE -- PROGRAM ARG...      replaces an older keeper in its own process
//   --format                                prints the format of messages and table
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "daemon/keeper/keeper.h"

namespace muster::keeper {
namespace {

constexpr int handed_on[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};

struct Arguments {
  int report = -1, table = -1, socket = -1;
  pid_t supervisor = 0;
  char** command = nullptr;
};

[[noreturn]] void give_up(const char* what, int error_number = errno) {
  complain(STDERR_FILENO, what, error_number);
  std::exit(1);
}

int number_of(const char* text) {
  char* end = nullptr;
  const long number = text ? std::strtol(text, &end, 10) : -1;
  if (!text || end == text || *end != 0 || number < 0 || number > INT_MAX)
    give_up("number", EINVAL);
  return static_cast<int>(number);
}

Pace pace_of_environment() {
  Pace pace;
  if (const char* text = getenv(watchdog_variable)) pace.turn = Time(number_of(text)) / 8;
  if (const char* text = getenv(restart_variable)) pace.longest_delay = Time(number_of(text));
  return pace;
}

Arguments parse(char** argv) {
  Arguments arguments;
  while (*++argv && std::strcmp(*argv, "--") != 0) {
    int* number = std::strcmp(*argv, "--report") == 0     ? &arguments.report
                  : std::strcmp(*argv, "--continue") == 0 ? &arguments.table
                  : std::strcmp(*argv, "--adopt") == 0    ? &arguments.socket
                                                          : nullptr;
    if (!number) give_up(*argv, EINVAL);
    *number = number_of(*++argv);
    if (number == &arguments.socket) arguments.supervisor = number_of(*++argv);
  }
  if (!*argv || !*++argv) give_up("[--report FD | --adopt FD PID] -- PROGRAM ARG...", EINVAL);
  arguments.command = argv;
  return arguments;
}

// All of it is taken now, so that no deposit can fail for want of memory.
Kept& map_kept(int& table) {
  const bool fresh = table < 0;
  if (fresh) {
    table = memfd_create("muster-keeper", MFD_CLOEXEC);
    if (int error = posix_fallocate(table, 0, sizeof(Kept))) give_up("memory", error);
  }
  void* memory = mmap(nullptr, sizeof(Kept), PROT_READ | PROT_WRITE, MAP_SHARED, table, 0);
  if (memory == MAP_FAILED) give_up("memory");
  Kept& kept = *static_cast<Kept*>(memory);
  if (fresh) {
    kept.format = format;
    kept.ward = WardState();
  } else if (kept.format != format) {
    // The supervisor is still there, or its processes are: the next start adopts them.
    give_up("--continue: the table has another format", EPROTO);
  }
  return kept;
}

// Remembers what the supervisor shall have, and takes more for this process.
void claim(WardState& ward, bool fresh) {
  rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  if (fresh) ward.soft_fd_limit = limit.rlim_cur;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  const int fd = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
  [[maybe_unused]] ssize_t n;
  if (fresh) n = read(fd, ward.oom_score_adj, sizeof ward.oom_score_adj - 1);
  n = write(fd, "-1000", 5);  // refused without the privilege, and then it stays as it is
  close(fd);
}

int open_signals() {
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  for (int number : {SIGPIPE, SIGTTOU, SIGTTIN, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF,
                     SIGIO, SIGPWR, SIGSTKFLT, SIGXCPU, SIGXFSZ})
    signal(number, SIG_IGN);
  for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) signal(number, SIG_IGN);
  sigset_t taken;
  sigemptyset(&taken);
  for (int number : handed_on) sigaddset(&taken, number);
  sigaddset(&taken, SIGCHLD);
  sigaddset(&taken, SIGTSTP);
  sigprocmask(SIG_SETMASK, &taken, nullptr);
  // Without it, on a very old kernel, no supervisor's death would be seen.
  const int probe = static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0));
  if (probe < 0) give_up("pidfd_open");
  close(probe);
  const int fd = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd < 0) give_up("signalfd");
  return fd;
}

int start(char** argv) {
  if (argv[1] && std::strcmp(argv[1], "--format") == 0) return std::printf("%u\n", format) < 0;
  Arguments arguments = parse(argv);
  syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const bool fresh = arguments.table < 0;
  Kept& kept = map_kept(arguments.table);
  claim(kept.ward, fresh);
  prctl(PR_SET_DUMPABLE, 0);  // processes of our user may not trace us, nor look into what we hold
  if (fresh) kept.ward.report = arguments.report;

  // The path is asked for now: once the file has been replaced, it is said to be deleted.
  static char program[PATH_MAX], table[16], continue_option[] = "--continue", dashes[] = "--";
  if (readlink("/proc/self/exe", program, sizeof program - 1) < 0) give_up("/proc/self/exe");
  std::snprintf(table, sizeof table, "%d", arguments.table);
  std::vector<char*> continuing = {program, continue_option, table, dashes};
  for (char** word = arguments.command; *word; ++word) continuing.push_back(*word);
  continuing.push_back(nullptr);

  Keeper keeper(kept, arguments.table, pace_of_environment(), arguments.command, continuing.data());
  keeper.pass_on(false);
  if (arguments.socket >= 0) keeper.adopt(arguments.socket, arguments.supervisor);
  return keeper.run(open_signals());
}

}  // namespace
}  // namespace muster::keeper

int main(int, char** argv) { return muster::keeper::start(argv); }
