// See files_check.h. The child writes one letter, and the reason where there is one.
#include "daemon/edge/watch/files_check.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/time.h"
#include "base/unique_fd.h"
#include "base/write_all.h"

namespace muster {
namespace {

constexpr char same_letter = '=', changed_letter = '~', wrong_letter = '!';
constexpr Nanos check_patience = 2s;
constexpr int reap_pause_ms = 10, reap_attempts = 50;

[[noreturn]] void answer_for(int to, const ModelFiles& files, const AppModel& in_force) {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
#ifndef MUSTER_KILLPOINTS             // the sanitizers need more address space than there is memory
  constexpr rlim_t most = 512 << 20;  // a hundred times what the largest files take
  const rlimit memory{most, most};
  setrlimit(RLIMIT_DATA, &memory);
#endif
  std::string text;
  try {
    // A pipe asks its writer, which may ask a person in turn: not because a supervisor died.
    ModelFiles unasked = files;
    unasked.pipe_patience = {};
    Result<LoadedModel> loaded = load_flawless_model(unasked);
    if (loaded && loaded->has_unread_pipe) loaded->model.env = in_force.env;
    if (!loaded)
      text = wrong_letter + loaded.message();
    else
      text = loaded->model == in_force ? same_letter : changed_letter;
  } catch (const std::exception& problem) {
    text = wrong_letter + std::string(problem.what());
  }
  (void)write_all(to, text);
  _exit(0);
}

// All that it writes until it ends, or until its time is over.
std::string answer_of_child(int from) {
  std::string text;
  char chunk[4096];
  const MonoTime end = read_clocks().mono + check_patience;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::max(end - read_clocks().mono, Nanos(0)));
    pollfd news{from, POLLIN, 0};
    const int ready = poll(&news, 1, static_cast<int>(left.count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return text;
    const ssize_t n = read(from, chunk, sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return text;
    text.append(chunk, static_cast<size_t>(n));
  }
}

// A process that a dead disk holds is left behind.
std::string end_of_child(pid_t child) {
  int status = 0;
  for (int i = 0; i < reap_attempts; i++) {
    const pid_t dead = waitpid(child, &status, WNOHANG);
    if (dead == child && WIFEXITED(status))
      return fmt::format("the program that reads them ends with status {}", WEXITSTATUS(status));
    if (dead == child && WTERMSIG(status) != SIGKILL)
      return fmt::format("the program that reads them ends by SIG{}",
                         sigabbrev_np(WTERMSIG(status)));
    if (dead != 0) break;
    if (i == 0) kill(child, SIGKILL);
    poll(nullptr, 0, reap_pause_ms);
  }
  return "reading them takes too long";
}

}  // namespace

FilesCheck check_files(const ModelFiles& files, const AppModel& in_force) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return {FilesCheck::Outcome::wrong, std::strerror(errno)};
  UniqueFd from(ends[0]), to(ends[1]);
  const pid_t child = fork();
  if (child < 0) return {FilesCheck::Outcome::wrong, std::strerror(errno)};
  if (child == 0) answer_for(to.get(), files, in_force);
  to.reset();
  const std::string text = answer_of_child(from.get());
  const std::string ended = end_of_child(child);
  if (text.empty()) return {FilesCheck::Outcome::wrong, ended};
  switch (text.front()) {
    case same_letter:
      return {FilesCheck::Outcome::same, {}};
    case changed_letter:
      return {FilesCheck::Outcome::changed, {}};
    default:
      return {FilesCheck::Outcome::wrong, text.substr(1)};
  }
}

}  // namespace muster
