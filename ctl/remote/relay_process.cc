// See relay_process.h.
#include "ctl/remote/relay_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>

#include "base/whole_file.h"
#include "ctl/remote/relay.h"

namespace muster {
namespace {

constexpr Nanos idle = 60s;  // as long as ssh keeps its connection
constexpr Nanos greeting_patience = 10s;
constexpr int queue_of_listener = 64;
constexpr size_t words_limit = 64 << 10;

Result<UniqueFd> listener_at(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return fail("{} is too long for a socket", path);
  path.copy(address.sun_path, path.size());
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket || ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket.get(), queue_of_listener) != 0)
    return fail_errno(errno, "{}", path);
  return socket;
}

struct Pipe {
  UniqueFd reading, writing;
};

Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fail_errno(errno, "pipe");
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// It holds none of the things that its parent holds: a lock, a terminal, a pipe to a pager.
void let_go_of_all_but(std::vector<int> kept) {
  ::setsid();
  const UniqueFd nowhere(::open("/dev/null", O_RDWR | O_CLOEXEC));
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nowhere.get(), fd);
  std::sort(kept.begin(), kept.end());
  unsigned next = STDERR_FILENO + 1;
  for (const int fd : kept) {
    if (static_cast<unsigned>(fd) > next) ::close_range(next, static_cast<unsigned>(fd) - 1, 0);
    next = static_cast<unsigned>(fd) + 1;
  }
  ::close_range(next, ~0U, 0);
}

struct Wiring {
  std::vector<std::pair<UniqueFd, std::string>> listeners;
  Pipe to_ssh, from_ssh, ready;
  UniqueFd said;  // what ssh says on stderr
};

void relay(const Ssh& ssh, const std::string& line, Wiring wires) {
  std::vector<int> kept = {wires.to_ssh.reading.get(),   wires.to_ssh.writing.get(),
                           wires.from_ssh.reading.get(), wires.from_ssh.writing.get(),
                           wires.ready.writing.get(),    wires.said.get()};
  for (auto& [socket, name] : wires.listeners) kept.push_back(socket.get());
  wires.ready.reading.reset();
  let_go_of_all_but(std::move(kept));
  const auto pid =
      ssh.begin(line, wires.to_ssh.reading.get(), wires.from_ssh.writing.get(), wires.said.get());
  if (!pid) return;
  wires.to_ssh.reading.reset();
  wires.from_ssh.writing.reset();
  Relay carrier(std::move(wires.from_ssh.reading), std::move(wires.to_ssh.writing), {});
  for (auto& [socket, name] : wires.listeners) carrier.listen(std::move(socket), name);
  if (carrier.is_greeted(greeting_patience) && ::write(wires.ready.writing.get(), "!", 1) == 1) {
    wires.ready.writing.reset();
    carrier.run(idle);
  }
  ::kill(*pid, SIGTERM);
  ::waitpid(*pid, nullptr, 0);
}

}  // namespace

Result<> start_relay(const Ssh& ssh, const std::string& line, const std::string& directory,
                     const std::vector<std::string>& names) {
  Wiring wires;
  for (auto& name : names) {
    auto listener = listener_at(fmt::format("{}/{}", directory, name));
    if (!listener) return tl::unexpected(listener.error());
    wires.listeners.emplace_back(std::move(*listener), name);
  }
  for (Pipe* pipe : {&wires.to_ssh, &wires.from_ssh, &wires.ready}) {
    auto made = make_pipe();
    if (!made) return tl::unexpected(made.error());
    *pipe = std::move(*made);
  }
  wires.said.reset(::open((directory + "/said").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
                          S_IRUSR | S_IWUSR));
  if (!wires.said) return fail_errno(errno, "{}/said", directory);
  const pid_t child = ::fork();
  if (child < 0) return fail_errno(errno, "fork");
  if (child == 0) {
    // Its parent does not wait for it: another one does, and ends at once.
    if (::fork() == 0) relay(ssh, line, std::move(wires));
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  wires.ready.writing.reset();
  char sign = 0;
  ssize_t size = 0;
  do size = ::read(wires.ready.reading.get(), &sign, 1);
  while (size < 0 && errno == EINTR);
  if (size == 1) return {};
  const auto said = read_whole_file(wires.said.get(), words_limit);
  return fail("ssh brings no sockets, and `ctl serve` over there does not answer:\n{}",
              last_lines(said ? *said : ""));
}

}  // namespace muster
