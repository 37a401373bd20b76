// See successor.h.
#include "daemon/edge/successor.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <charconv>
#include <optional>

#include "base/unique_fd.h"
#include "daemon/edge/ledger.h"
#include "daemon/edge/machine.h"
#include "daemon/keeper/protocol.h"
#include "router/journal/format.h"

extern char** environ;

namespace muster {
namespace {

constexpr int patience_ms = 1000;

struct Format {
  std::string_view name;
  uint32_t version;
};
constexpr Format formats[] = {
    {"journal", journal::version}, {"ledger", Ledger::version}, {"keeper", keeper::format}};

std::optional<uint32_t> version_in(std::string_view printed, std::string_view name) {
  const size_t at = printed.find(std::string(name) + ' ');
  if (at == std::string_view::npos) return {};
  const char* digits = printed.data() + at + name.size() + 1;
  uint32_t version = 0;
  if (std::from_chars(digits, printed.data() + printed.size(), version).ec != std::errc())
    return {};
  return version;
}

std::string read_until_end(int fd) {
  std::string text;
  char chunk[512];
  pollfd news{fd, POLLIN, 0};
  while (text.size() < sizeof chunk && poll(&news, 1, patience_ms) > 0) {
    const ssize_t n = read(fd, chunk, sizeof chunk);
    if (n <= 0) break;
    text.append(chunk, static_cast<size_t>(n));
  }
  return text;
}

Result<std::string> output_of(std::string program, std::string option) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return fail_errno(errno, "pipe");
  UniqueFd from(ends[0]), to(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to.get(), STDOUT_FILENO);
  char* argv[] = {program.data(), option.data(), nullptr};
  pid_t pid = 0;
  const int error = posix_spawn(&pid, program.c_str(), &actions, nullptr, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return fail_errno(error, "{}", program);
  to.reset();
  std::string text = read_until_end(from.get());
  kill(pid, SIGKILL);  // it has printed, or will not
  waitpid(pid, nullptr, 0);
  return text;
}

}  // namespace

std::string formats_text() {
  std::string text;
  for (auto& format : formats) text += fmt::format("{} {}\n", format.name, format.version);
  return text;
}

Result<> check_formats(std::string_view printed) {
  for (auto& [name, ours] : formats) {
    const auto theirs = version_in(printed, name);
    if (!theirs) return fail("the installed musterd does not say which {} it reads", name);
    if (*theirs < ours)
      return fail("the installed musterd is older: it reads {} version {}, this one writes {}",
                  name, *theirs, ours);
  }
  return {};
}

Result<> check_successor() {
  if (access(find_beside_us("muster-keeper").c_str(), X_OK) != 0)
    return fail_errno(errno, "{}", find_beside_us("muster-keeper"));
  Result<std::string> printed = output_of(find_beside_us("musterd"), "--formats");
  if (!printed) return tl::unexpected(printed.error());
  return check_formats(*printed);
}

}  // namespace muster
