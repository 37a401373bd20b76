// See successor.h.
#include "daemon/edge/takeover/successor.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <charconv>
#include <optional>

#include "base/exec_words.h"
#include "base/unique_fd.h"
#include "daemon/edge/linux/machine.h"
#include "daemon/edge/store/ledger.h"
#include "daemon/exec/format.h"
#include "daemon/keeper/protocol.h"
#include "router/journal/format.h"

extern char** environ;

namespace muster {
namespace {

constexpr int probe_patience_ms = 1000;

struct Format {
  std::string_view name;
  uint32_t version;
};
constexpr std::string_view exec_name = "exec";
constexpr Format formats[] = {
    {"journal", journal::version},
    {"ledger", ledger_version},
    {"keeper", keeper::format},
    {exec_name, exec_format},
};

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
  while (text.size() < sizeof chunk && poll(&news, 1, probe_patience_ms) > 0) {
    const ssize_t n = read(fd, chunk, sizeof chunk);
    if (n <= 0) break;
    text.append(chunk, static_cast<size_t>(n));
  }
  return text;
}

// The words are the program, by its path, and its arguments.
Result<std::string> output_of(std::vector<std::string> words, char** variables) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return fail_errno(errno, "pipe");
  UniqueFd from(ends[0]), to(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, to.get(), STDOUT_FILENO);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, words[0].c_str(), &actions, nullptr,
                                pointers_into(words).data(), variables);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return fail_errno(error, "{}", words[0]);
  to.reset();
  std::string text = read_until_end(from.get());
  kill(pid, SIGKILL);  // it has printed, or will not
  waitpid(pid, nullptr, 0);
  return text;
}

Result<> expect_program(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return fail_errno(errno, "{}", path);
  if (!S_ISREG(status.st_mode)) return fail("{}: it is not a regular file", path);
  if (access(path.c_str(), X_OK) != 0) return fail_errno(errno, "{}", path);
  return {};
}

Result<std::string> output_of_ours(const std::string& name, const char* option,
                                   char** variables = environ) {
  const std::string path = find_beside_us(name);
  if (Result<> there = expect_program(path); !there) return tl::unexpected(there.error());
  return output_of({path, option}, variables);
}

// A program that the installed musterd calls says which version of their talk it knows.
Result<> check_partner(const std::string& name, std::string_view format,
                       std::string_view of_musterd) {
  Result<std::string> printed = output_of_ours(name, "--format");
  if (!printed) return tl::unexpected(printed.error());
  const auto wanted = version_in(of_musterd, format);
  if (wanted && *printed != fmt::format("{}\n", *wanted))
    return fail("the installed {} is not of the installed musterd's version", name);
  return {};
}

// Where there is one. It is asked in a place without daemons, since this one is busy asking.
Result<> check_ctl() {
  const std::string path = find_beside_us("ctl");
  if (access(path.c_str(), F_OK) != 0 && errno == ENOENT) return {};
  char nowhere[] = "MUSTER_HOME=/nowhere";
  char* variables[] = {nowhere, nullptr};
  Result<std::string> ours = output_of_ours("musterd", "--version"),
                      printed = output_of_ours("ctl", "--version", variables);
  if (!ours) return tl::unexpected(ours.error());
  if (!printed) return tl::unexpected(printed.error());
  constexpr std::string_view name = "musterd ";
  const std::string version = ours->substr(0, ours->find('\n'));
  if (!version.starts_with(name) ||
      !printed->starts_with("ctl " + version.substr(name.size()) + ' '))
    return fail("the installed ctl is not of the installed musterd's version");
  return {};
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
    // A program from before this line says nothing of it.
    if (!theirs && name == exec_name) continue;
    if (!theirs) return fail("the installed musterd does not say which {} it reads", name);
    if (*theirs < ours)
      return fail("the installed musterd is older: it reads {} version {}, this one writes {}",
                  name, *theirs, ours);
  }
  return {};
}

Result<> check_successor(std::vector<std::string> command) {
  Result<std::string> printed = output_of_ours("musterd", "--formats");
  if (!printed) return tl::unexpected(printed.error());
  if (Result<> newer = check_formats(*printed); !newer) return newer;
  command.insert(command.begin() + 1, "--formats");
  auto with_options = output_of(std::move(command), environ);
  if (!with_options || *with_options != *printed)
    return fail("the installed musterd does not take the options that this one was started with");
  if (Result<> keeper = check_partner("muster-keeper", "keeper", *printed); !keeper) return keeper;
  if (Result<> exec = check_partner("muster-exec", exec_name, *printed); !exec) return exec;
  return check_ctl();
}

}  // namespace muster
