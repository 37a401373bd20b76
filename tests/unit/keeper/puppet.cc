// keeper_puppet SOCKET: a supervisor that does nothing of its own. It lends its end of the keeper's
// pair to the test that listens at SOCKET, tells it which signals came, and obeys orders.
#include "puppet.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include "daemon/keeper/protocol.h"

namespace muster::keeper {
namespace {

int number(const char* variable) {
  const char* text = std::getenv(variable);
  return text ? std::atoi(text) : -1;
}

int count_open_fds() {
  int count = 0;
  DIR* directory = opendir("/proc/self/fd");
  while (readdir(directory)) ++count;
  closedir(directory);
  return count - 3;  // ".", ".." and the directory
}

int connect_to(const char* path) {
  int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
  sockaddr_un address{AF_UNIX, {}};
  std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) _exit(3);
  return fd;
}

void say_hello(int talk, int open_fds) {
  rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  Cue cue{Order::hello,   getpid(), number(deaths_variable), number(report_variable),
          limit.rlim_cur, open_fds};
  int keeper = number(socket_variable);
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof keeper)] = {};
  iovec text{&cue, sizeof cue};
  msghdr header{};
  header.msg_iov = &text;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof control;
  cmsghdr* part = CMSG_FIRSTHDR(&header);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN(sizeof keeper);
  std::memcpy(CMSG_DATA(part), &keeper, sizeof keeper);
  if (sendmsg(talk, &header, MSG_NOSIGNAL) < 0) _exit(4);
}

void wait_for_the_end(int talk) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (pollfd end{talk, 0, 0}; end.revents == 0;) poll(&end, 1, -1);
  _exit(0);
}

void spawn(int talk, bool orphan) {
  pid_t child = fork();
  if (child == 0) {
    if (orphan && fork() != 0) _exit(0);
    if (orphan) {
      Cue cue{Order::spawned, getpid()};
      send(talk, &cue, sizeof cue, MSG_NOSIGNAL);
    }
    wait_for_the_end(talk);
  }
  if (orphan) {
    waitpid(child, nullptr, 0);
    return;
  }
  Cue cue{Order::spawned, child};
  send(talk, &cue, sizeof cue, MSG_NOSIGNAL);
}

int play(const char* path) {
  const int open_fds = count_open_fds();
  fcntl(number(socket_variable), F_SETFD, FD_CLOEXEC);
  sigset_t watched;
  sigemptyset(&watched);
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&watched, signal);
  sigprocmask(SIG_BLOCK, &watched, nullptr);
  const int signals = signalfd(-1, &watched, SFD_CLOEXEC);
  const int talk = connect_to(path);
  say_hello(talk, open_fds);
  for (;;) {
    pollfd polled[] = {{talk, POLLIN, 0}, {signals, POLLIN, 0}};
    poll(polled, 2, -1);
    if (polled[1].revents != 0) {
      signalfd_siginfo info;
      if (read(signals, &info, sizeof info) != sizeof info) return 5;
      Cue cue{Order::signal, static_cast<int32_t>(info.ssi_signo)};
      send(talk, &cue, sizeof cue, MSG_NOSIGNAL);
    }
    if (polled[0].revents == 0) continue;
    Cue cue;
    if (recv(talk, &cue, sizeof cue, 0) != sizeof cue) return 0;
    if (cue.order == Order::exit) return cue.value;
    spawn(talk, cue.order == Order::spawn_orphan);
  }
}

}  // namespace
}  // namespace muster::keeper

int main(int, char** argv) { return muster::keeper::play(argv[1]); }
