// See ssh.h. The words of ssh are caught in memory files, not in pipes: the process that goes on
// with the connection may keep them open.
#include "ctl/remote/ssh.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>

#include "base/exec_words.h"
#include "base/unique_fd.h"
#include "base/whole_file.h"

namespace muster {
namespace {

constexpr const char* program = "ssh";
constexpr size_t most_said = 4 << 20;
constexpr size_t lines_shown = 5;
constexpr Nanos patience_of_master = 2s;

// In a path that ssh expands and cuts at colons.
std::string escaped(const std::string& path, bool in_forward) {
  std::string text;
  for (const char c : path) {
    if (in_forward && (c == ':' || c == '\\')) text += '\\';
    if (c == '%') text += '%';
    text += c;
  }
  return text;
}

bool is_over(pid_t pid, std::optional<Nanos> timeout) {
  const UniqueFd child(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!child || !timeout) return true;  // waitpid does
  const MonoTime deadline = read_clocks().mono + *timeout;
  for (;;) {
    const Nanos left = std::max(deadline - read_clocks().mono, Nanos(0));
    pollfd wanted{child.get(), POLLIN, 0};
    const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(left).count();
    const int ready = ::poll(&wanted, 1, static_cast<int>(wait));
    if (ready > 0) return true;
    if (ready == 0) return false;
  }
}

std::string text_in(const UniqueFd& file) {
  auto text = read_whole_file(file.get(), most_said);
  return text ? *text : std::string();
}

Result<pid_t> started(std::vector<std::string> argv, const posix_spawn_file_actions_t* files) {
  pid_t pid = 0;
  const int problem =
      posix_spawnp(&pid, program, files, nullptr, pointers_into(argv).data(), environ);
  if (problem == ENOENT)
    return fail("there is no program `ssh` in PATH; it is in the package openssh-client");
  if (problem != 0) return fail_errno(problem, "ssh");
  return pid;
}

int status_of(pid_t pid) {
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Result<Ssh::Done> run_words(std::vector<std::string> argv, std::optional<Nanos> timeout) {
  const UniqueFd out(::memfd_create("ssh-out", MFD_CLOEXEC));
  const UniqueFd err(::memfd_create("ssh-err", MFD_CLOEXEC));
  if (!out || !err) return fail_errno(errno, "memfd");
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, out.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, err.get(), STDERR_FILENO);
  const auto pid = started(std::move(argv), &files);
  posix_spawn_file_actions_destroy(&files);
  if (!pid) return tl::unexpected(pid.error());
  Ssh::Done done;
  done.in_time = is_over(*pid, timeout);
  if (!done.in_time) ::kill(*pid, SIGTERM);
  done.status = status_of(*pid);
  done.out = text_in(out);
  done.err = text_in(err);
  return done;
}

}  // namespace

std::string last_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::string last;
  for (size_t i = lines.size() - std::min(lines.size(), lines_shown); i < lines.size(); i++)
    last += (last.empty() ? "" : "\n") + std::string(lines[i]);
  return last;
}

Ssh::Ssh(FarHost host, std::string master_socket, bool quiet)
    : host_(std::move(host)), master_socket_(std::move(master_socket)), quiet_(quiet) {}

// The forwards of the user's own configuration are left to the user's own connections: a port can
// be taken only once. A connection whose other side is gone ends itself.
std::vector<std::string> Ssh::words(const std::vector<std::string>& options) const {
  std::vector<std::string> all = {program, "-S", escaped(master_socket_, false), "-x", "-a"};
  const auto option = [&all](std::string text) { all.insert(all.end(), {"-o", std::move(text)}); };
  option("ControlMaster=auto");
  option("ControlPersist=60");
  option("ExitOnForwardFailure=yes");
  option("RemoteCommand=none");
  option(quiet_ ? "ConnectTimeout=2" : "ConnectTimeout=10");
  option("ServerAliveInterval=5");
  option("ServerAliveCountMax=3");
  if (quiet_) option("BatchMode=yes");
  all.insert(all.end(), options.begin(), options.end());
  if (host_.port) all.insert(all.end(), {"-p", std::to_string(*host_.port)});
  if (!host_.user.empty()) all.insert(all.end(), {"-l", host_.user});
  all.insert(all.end(), {"--", host_.host});
  return all;
}

Result<Ssh::Done> Ssh::run(const std::string& line, std::optional<Nanos> timeout) const {
  auto argv = words({"-T", "-o", "ClearAllForwardings=yes"});
  argv.push_back(line);
  return run_words(std::move(argv), timeout);
}

Result<Ssh::Done> Ssh::forward(const std::string& near_directory, const std::string& far_directory,
                               const std::vector<std::string>& names) const {
  std::vector<std::string> options = {
      "-O", "forward", "-o", "ClearAllForwardings=no", "-o", "StreamLocalBindMask=0177"};
  for (auto& name : names)
    options.insert(
        options.end(),
        {"-L", fmt::format("{}:{}", escaped(fmt::format("{}/{}", near_directory, name), true),
                           escaped(fmt::format("{}/{}", far_directory, name), true))});
  return run_words(words(options), patience_of_master);
}

void Ssh::end_connection() const {
  if (is_connected()) (void)run_words(words({"-O", "exit"}), patience_of_master);
  ::unlink(master_socket_.c_str());
}

Result<pid_t> Ssh::begin(const std::string& line, int in, int out, int err) const {
  auto argv = words({"-T", "-o", "ClearAllForwardings=yes"});
  argv.push_back(line);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, err, STDERR_FILENO);
  auto pid = started(std::move(argv), &files);
  posix_spawn_file_actions_destroy(&files);
  return pid;
}

Result<int> Ssh::run_in_sight(const std::string& line, bool with_terminal) const {
  auto argv =
      words({with_terminal ? "-t" : "-T", "-o", "ClearAllForwardings=yes", "-o", "LogLevel=ERROR"});
  argv.push_back(line);
  const auto pid = started(std::move(argv), nullptr);
  if (!pid) return tl::unexpected(pid.error());
  return status_of(*pid);
}

bool Ssh::is_connected() const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (master_socket_.size() >= sizeof address.sun_path) return false;
  master_socket_.copy(address.sun_path, master_socket_.size());
  const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  return socket &&
         ::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

std::string Ssh::connection() const {
  struct stat status {};
  if (::lstat(master_socket_.c_str(), &status) != 0 || !is_connected()) return {};
  return fmt::format("{}.{}.{}", status.st_ino, status.st_ctim.tv_sec, status.st_ctim.tv_nsec);
}

}  // namespace muster
