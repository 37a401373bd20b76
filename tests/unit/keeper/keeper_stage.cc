// See keeper_stage.h.
#include "keeper_stage.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <functional>

#include <catch2/catch.hpp>

namespace muster::keeper {

namespace {

constexpr int deadline_ms = 20000;

Cue receive_cue(int talk, UniqueFd* fd) {
  Cue cue{};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  iovec text{&cue, sizeof cue};
  msghdr header{};
  header.msg_iov = &text;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof control;
  REQUIRE(wait_readable(talk));
  REQUIRE(recvmsg(talk, &header, MSG_CMSG_CLOEXEC) == sizeof cue);
  if (cmsghdr* part = CMSG_FIRSTHDR(&header); part && fd) {
    int number;
    std::memcpy(&number, CMSG_DATA(part), sizeof number);
    fd->reset(number);
  }
  return cue;
}

// The fields of /proc/PID/stat behind the name, which may hold anything.
std::string stat_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  size_t name_end = line.rfind(')');
  return name_end == std::string::npos ? "" : line.substr(name_end + 2);
}

}  // namespace

Pipe::Pipe() {
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  from.reset(ends[0]);
  to.reset(ends[1]);
}

std::string read_some(int fd) {
  char text[256] = {};
  REQUIRE(wait_readable(fd));
  ssize_t n = read(fd, text, sizeof text);
  REQUIRE(n >= 0);
  return std::string(text, static_cast<size_t>(n));
}

std::string beside_me(const std::string& program) {
  char path[PATH_MAX] = {};
  REQUIRE(readlink("/proc/self/exe", path, sizeof path - 1) > 0);
  std::string me = path;
  return me.substr(0, me.rfind('/') + 1) + program;
}

bool wait_readable(int fd) {
  pollfd polled{fd, POLLIN, 0};
  return poll(&polled, 1, deadline_ms) == 1;
}

char state_of(pid_t pid) {
  std::string stat = stat_of(pid);
  return stat.empty() ? '-' : stat[0];
}

bool exists(pid_t pid) { return state_of(pid) != '-'; }

int parent_of(pid_t pid) {
  std::string stat = stat_of(pid);
  return stat.empty() ? -1 : std::stoi(stat.substr(2));
}

int count_fds(pid_t pid) {
  DIR* directory = opendir(("/proc/" + std::to_string(pid) + "/fd").c_str());
  if (!directory) return -1;
  int count = -2;
  while (readdir(directory)) ++count;
  closedir(directory);
  return count;
}

int exit_status_of(pid_t child) {
  UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
  if (!wait_readable(pidfd.get())) return -1;
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool eventually(const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(deadline_ms);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    poll(nullptr, 0, 1);
  }
  return true;
}

void close_all(const std::vector<Parcel>& items) {
  for (const Parcel& item : items)
    for (uint32_t i = 0; i < item.message.fd_count; ++i) close(item.fds[i]);
}

void Supervisor::kill(int signal) const { REQUIRE(::kill(pid(), signal) == 0); }

void Supervisor::order(Order order, int value) const {
  Cue cue{order, value};
  REQUIRE(::send(talk.get(), &cue, sizeof cue, MSG_NOSIGNAL) == sizeof cue);
}

Cue Supervisor::cue() const { return receive_cue(talk.get(), nullptr); }

void Supervisor::say(Verb verb, int value) const {
  Message message{verb};
  message.value = value;
  REQUIRE(send(keeper.get(), message, nullptr, 0) == 0);
}

void Supervisor::deposit(Kind kind, uint64_t key, std::vector<int> fds, const std::string& note,
                         pid_t pid) const {
  Message message{Verb::deposit, kind, key, pid};
  message.fd_count = static_cast<uint32_t>(fds.size());
  std::strncpy(message.note, note.c_str(), sizeof message.note - 1);
  REQUIRE(send(keeper.get(), message, fds.data(), 0) == 0);
}

void Supervisor::set_pid(uint64_t key, pid_t pid) const {
  REQUIRE(send(keeper.get(), Message{Verb::set_pid, Kind::launch, key, pid}, nullptr, 0) == 0);
}

void Supervisor::forget(Kind kind, uint64_t key) const {
  REQUIRE(send(keeper.get(), Message{Verb::forget, kind, key}, nullptr, 0) == 0);
}

Parcel Supervisor::hear() const {
  Parcel parcel{};
  REQUIRE(wait_readable(keeper.get()));
  REQUIRE(receive(keeper.get(), parcel, MSG_DONTWAIT) == Receipt::message);
  return parcel;
}

std::vector<Parcel> Supervisor::list() const {
  say(Verb::list);
  std::vector<Parcel> items;
  for (Parcel parcel = hear(); parcel.message.verb != Verb::end; parcel = hear()) {
    REQUIRE(parcel.message.verb == Verb::item);
    items.push_back(parcel);
  }
  return items;
}

size_t Supervisor::count_deposits() const {
  std::vector<Parcel> items = list();
  close_all(items);
  return items.size();
}

KeeperStage::KeeperStage(Variables variables) : variables_(std::move(variables)) {
  listening_.reset(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  sockaddr_un address{AF_UNIX, {}};
  std::strcpy(address.sun_path, (directory_.path() + "/stage").c_str());
  REQUIRE(bind(listening_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(listen(listening_.get(), 64) == 0);
}

KeeperStage::~KeeperStage() {
  // The keeper first, or it would start others. Puppets and their children see this end closed.
  if (keeper_ > 0) {
    ::kill(keeper_, SIGKILL);
    waitpid(keeper_, nullptr, 0);
  }
}

std::vector<std::string> KeeperStage::puppet_command() const {
  return {beside_me("keeper_puppet"), directory_.path() + "/stage"};
}

pid_t KeeperStage::run(const std::vector<std::string>& command, const std::vector<int>& inherited) {
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const pid_t parent = getpid();
  pid_t pid = fork();
  if (pid == 0) {
    setpgid(0, 0);
    for (const std::string& variable : variables_) putenv(const_cast<char*>(variable.c_str()));
    // Descriptors that the runner of the tests left open are none of theirs.
    syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    for (int fd : inherited) fcntl(fd, F_SETFD, 0);
    const rlimit limit{fd_limit, fd_limit};
    if (fd_limit > 0) setrlimit(RLIMIT_NOFILE, &limit);
    if (getppid() == parent) execv(words[0], words.data());
    _exit(99);
  }
  return pid;
}

void KeeperStage::start(const std::vector<std::string>& options,
                        const std::vector<int>& inherited) {
  std::vector<std::string> command = {program};
  command.insert(command.end(), options.begin(), options.end());
  command.push_back("--");
  for (std::string& word : puppet_command()) command.push_back(std::move(word));
  keeper_ = run(command, inherited);
}

Supervisor KeeperStage::supervisor() {
  REQUIRE(wait_readable(listening_.get()));
  Supervisor started;
  started.talk.reset(accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  started.hello = receive_cue(started.talk.get(), &started.keeper);
  return started;
}

Supervisor KeeperStage::ready_supervisor() {
  Supervisor started = supervisor();
  started.say(Verb::ready);
  return started;
}

void KeeperStage::kill(int signal) const { REQUIRE(::kill(keeper_, signal) == 0); }

int KeeperStage::exit_status() {
  const int status = exit_status_of(keeper_);
  if (status >= 0) keeper_ = 0;
  return status;
}

}  // namespace muster::keeper
