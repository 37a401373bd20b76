// See program.h.
#include "ctl/deploy/program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <filesystem>

#include "base/exec_words.h"
#include "base/unique_fd.h"

namespace muster {
namespace {

struct FileActions {
  FileActions() { posix_spawn_file_actions_init(&actions); }
  ~FileActions() { posix_spawn_file_actions_destroy(&actions); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  posix_spawn_file_actions_t actions;
};

void read_to_end(int fd, const std::function<void(std::string_view)>& on_output) {
  std::array<char, 16 << 10> part;
  for (;;) {
    const ssize_t n = read(fd, part.data(), part.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    on_output({part.data(), static_cast<size_t>(n)});
  }
}

int wait_for_exit(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

ProgramEnvironment own_environment() {
  ProgramEnvironment environment;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view pair(*entry);
    if (const size_t equals = pair.find('='); equals != pair.npos)
      environment.emplace(pair.substr(0, equals), pair.substr(equals + 1));
  }
  return environment;
}

ProgramEnvironment environment_without_git() {
  auto environment = own_environment();
  std::erase_if(environment, [](auto& variable) { return variable.first.starts_with("GIT_"); });
  return environment;
}

Result<int> run_program(const Program& program) {
  auto argv = program.argv;
  std::vector<std::string> variables;
  for (auto& [name, value] : program.environment)
    variables.push_back(fmt::format("{}={}", name, value));
  FileActions files;
  posix_spawn_file_actions_addopen(&files.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  UniqueFd reading, writing;
  if (program.on_output) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return fail_errno(errno, "pipe");
    reading.reset(ends[0]);
    writing.reset(ends[1]);
    for (int fd : {STDOUT_FILENO, STDERR_FILENO})
      posix_spawn_file_actions_adddup2(&files.actions, writing.get(), fd);
  }
  if (!program.directory.empty())
    posix_spawn_file_actions_addchdir_np(&files.actions, program.directory.c_str());
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, argv.front().c_str(), &files.actions, nullptr,
                                 pointers_into(argv).data(), pointers_into(variables).data());
  if (error != 0) return fail_errno(error, "{}", argv.front());
  writing.reset();
  if (program.on_output) read_to_end(reading.get(), program.on_output);
  return wait_for_exit(pid);
}

Result<std::string> output_of(Program program) {
  std::string text;
  program.on_output = [&](std::string_view part) { text += part; };
  auto status = run_program(program);
  if (!status) return tl::unexpected(status.error());
  while (text.ends_with('\n')) text.pop_back();
  if (*status != 0)
    return fail("{} {}: {}", program.argv.front(), program.argv.size() > 1 ? program.argv[1] : "",
                text);
  return text;
}

std::string own_program_directory() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path().string();
}

}  // namespace muster
