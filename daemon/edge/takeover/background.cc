// See background.h. On the report pipe "+" means ready; anything else is the reason of the failure.
#include "daemon/edge/takeover/background.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "base/terminal_text.h"

namespace muster {

namespace {

// A journal of some gigabytes may have to be read first.
constexpr int start_patience_ms = 60'000;

[[noreturn]] void wait_for_report(UniqueFd from, pid_t child) {
  std::string report;
  std::array<char, 4096> part;
  for (;;) {
    pollfd readable{from.get(), POLLIN, 0};
    const int ready = poll(&readable, 1, start_patience_ms);
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) {
      report = "it does not answer yet, after 60 seconds; its log may say why (ctl status)";
      break;
    }
    ssize_t n = read(from.get(), part.data(), part.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    report.append(part.data(), static_cast<size_t>(n));
  }
  if (report == "+") std::_Exit(0);
  if (report.empty()) {
    int status = 0;
    waitpid(child, &status, 0);
    report = "ended before it was ready";
  }
  std::string text = "musterd: ";
  append_terminal_safe_lines(report, text);
  std::fprintf(stderr, "%s\n", text.c_str());
  std::_Exit(1);
}

void point_at_dev_null(int fd, int flags) {
  int null = open("/dev/null", flags | O_CLOEXEC);
  if (null < 0) return;
  dup2(null, fd);
  if (null != fd) close(null);
}

}  // namespace

Result<Background> Background::enter() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return fail_errno(errno, "pipe");
  UniqueFd from(ends[0]), to(ends[1]);
  std::fflush(nullptr);
  pid_t child = fork();
  if (child < 0) return fail_errno(errno, "fork");
  if (child > 0) {
    to.reset();
    wait_for_report(std::move(from), child);
  }
  setsid();
  point_at_dev_null(STDIN_FILENO, O_RDONLY);
  point_at_dev_null(STDOUT_FILENO, O_WRONLY);
  return Background(std::move(to));
}

void Background::ready() {
  point_at_dev_null(STDERR_FILENO, O_WRONLY);
  failed("+");
}

void Background::failed(const std::string& reason) {
  if (!report_) return;
  [[maybe_unused]] ssize_t n = write(report_.get(), reason.data(), reason.size());
  report_.reset();
}

}  // namespace muster
