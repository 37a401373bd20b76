// See probe.h.
#include "daemon/edge/launch/probe.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>

#include "base/exec_words.h"

namespace muster {
namespace {

// Beside the command a shell reads from the lifeline: that ends when the supervisor does, and then
// every process in the group of the probe is ended.
constexpr const char* shell_around =
    "{ read x <&5; kill -9 0; } 3>&- 4<&- & w=$!; \"$@\" 3>&- 5<&-; s=$?; kill -9 $w; echo $s >&3";
constexpr int status_fd = 3, lifeline_fd = 5;

// The error number, or 0.
int spawn_shell(const std::string& command, Whereabouts& where, int status, int lifeline,
                pid_t& pid) {
  std::vector<std::string> words{"sh", "-c", shell_around, "sh"};
  words.insert(words.end(), where.before.begin(), where.before.end());
  words.insert(words.end(), {"sh", "-c", command});
  const std::vector<char*> argv = pointers_into(words),
                           environment = pointers_into(where.environment);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  sigset_t none, pipe;
  sigemptyset(&none);
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &pipe);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, status, status_fd);
  if (where.program)
    posix_spawn_file_actions_adddup2(&actions, where.program.get(), Whereabouts::program_fd);
  posix_spawn_file_actions_adddup2(&actions, lifeline, lifeline_fd);
  for (int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
  const int error =
      posix_spawn(&pid, "/bin/sh", &actions, &attributes, argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error;
}

// To a number that is none of those that the shell gets.
UniqueFd out_of_the_way(UniqueFd fd) {
  return UniqueFd(fcntl(fd.get(), F_DUPFD_CLOEXEC, lifeline_fd + 1));
}

// It is nothing if that fails at once.
UniqueFd begin_to_connect(uint32_t port) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return {};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (connect(socket.get(), generic, sizeof address) != 0 && errno != EINPROGRESS) return {};
  return socket;
}

}  // namespace

ExecProbe::ExecProbe(Loop& loop, const std::string& command, Whereabouts where,
                     std::function<void()> on_answer)
    : Probe(std::move(on_answer)) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    fail_at_once();
    return;
  }
  status_.reset(ends[0]);
  const UniqueFd childs = out_of_the_way(UniqueFd(ends[1]));
  if (pipe2(ends, O_CLOEXEC) != 0) {
    fail_at_once();
    return;
  }
  const UniqueFd childs_lifeline = out_of_the_way(UniqueFd(ends[0]));
  lifeline_.reset(ends[1]);
  if (spawn_shell(command, where, childs.get(), childs_lifeline.get(), pid_) != 0) {
    fail_at_once();
    return;
  }
  poll_.emplace(loop, status_.get(), [this] { read_status(); });
  poll_->watch(Poll::readable);
}

ExecProbe::~ExecProbe() {
  if (answer() != Answer::pending) return;
  char more;
  if (read(status_.get(), &more, 1) < 0) kill(-pid_, SIGKILL);
}

// A shell that was killed says nothing.
void ExecProbe::read_status() {
  char text[8];
  const ssize_t n = read(status_.get(), text, sizeof text);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  poll_->watch(Poll::nothing);
  end(n == 2 && text[0] == '0');
}

ConnectProbe::ConnectProbe(Loop& loop, uint32_t port, std::function<void()> on_answer)
    : Probe(std::move(on_answer)), socket_(begin_to_connect(port)) {
  if (!socket_) {
    fail_at_once();
    return;
  }
  poll_.emplace(loop, socket_.get(), [this] { look(); });
  poll_->watch(Poll::writable);
}

void ConnectProbe::look() {
  poll_->watch(Poll::nothing);
  int error = 0;
  socklen_t size = sizeof error;
  end(getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0);
}

HttpProbe::HttpProbe(Loop& loop, uint32_t port, const std::string& path,
                     std::function<void()> on_answer)
    : Probe(std::move(on_answer)),
      socket_(begin_to_connect(port)),
      request_(fmt::format("GET {} HTTP/1.0\r\nHost: localhost:{}\r\nUser-Agent: muster\r\n\r\n",
                           path, port)) {
  if (!socket_) {
    fail_at_once();
    return;
  }
  poll_.emplace(loop, socket_.get(), [this] { go_on(); });
  poll_->watch(Poll::writable);
}

// First the request, then the answer, of which the first line is enough.
void HttpProbe::go_on() {
  if (!request_.empty()) {
    const ssize_t n = send(socket_.get(), request_.data(), request_.size(), MSG_NOSIGNAL);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n > 0) request_.erase(0, static_cast<size_t>(n));
    if (n > 0 && request_.empty()) poll_->watch(Poll::readable);
    if (n > 0) return;
    poll_->watch(Poll::nothing);
    return end(false);
  }
  char bytes[64];
  const ssize_t n = recv(socket_.get(), bytes, sizeof bytes, 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  take(std::string_view(bytes, n > 0 ? static_cast<size_t>(n) : 0));
}

// "HTTP/1.1 200 ..."
void HttpProbe::take(std::string_view bytes) {
  constexpr size_t version = 9, code = 3;
  response_ += bytes;
  if (!bytes.empty() && response_.size() < version + code) return;
  poll_->watch(Poll::nothing);
  const bool well = response_.starts_with("HTTP/1.") && response_.size() >= version + code &&
                    (response_[version] == '2' || response_[version] == '3');
  end(well);
}

std::unique_ptr<Probe> begin_probe(Loop& loop, const Readiness& how, uint32_t port,
                                   const std::function<Whereabouts()>& where,
                                   std::function<void()> on_answer) {
  if (how.kind == Readiness::Kind::exec)
    return std::make_unique<ExecProbe>(loop, how.what, where(), std::move(on_answer));
  if (how.kind == Readiness::Kind::http)
    return std::make_unique<HttpProbe>(loop, port, how.what, std::move(on_answer));
  return std::make_unique<ConnectProbe>(loop, port, std::move(on_answer));
}

}  // namespace muster
