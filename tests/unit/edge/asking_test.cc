// The processes that have been asked to end, over a supervisor that is killed between the note and
// the signal.
#include "daemon/edge/launch/asking.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <fstream>
#include <string>

#include "base/unique_fd.h"
#include "daemon/edge/linux/proc_fs.h"
#include "daemon/edge/linux/process_state.h"

namespace muster {
namespace {

// A process that waits for signals; it has a handler, or it has none. It says when it is about to
// wait, and when the handler has run.
struct Waiter {
  explicit Waiter(bool handles) {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    words.reset(ends[0]);
    mouth = ends[1];
    pid = fork();
    if (pid == 0) {
      alarm(60);
      signal(SIGTERM, SIG_DFL);  // where the test's own program has a handler
      if (handles) signal(SIGTERM, [](int) { say(); });
      say();
      for (;;) pause();
    }
    close(mouth);
    wait_until_it_rests();
  }
  ~Waiter() {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
  static void say() { (void)!write(mouth, "x", 1); }
  // Having said one more word it goes to pause(), and waits nowhere else.
  void wait_until_it_rests() const {
    char word = 0;
    REQUIRE(read(words.get(), &word, 1) == 1);
    std::string stat;
    do std::getline(std::ifstream("/proc/" + std::to_string(pid) + "/stat"), stat);
    while (!stat.empty() && stat.find(") S ") == stat.npos);
    REQUIRE_FALSE(stat.empty());
  }
  static inline int mouth = -1;
  UniqueFd words;
  pid_t pid = 0;
};

Asking about_to_ask(const Waiter& waiter) {
  Asking asking;
  asking.signal = SIGTERM;
  CHECK(add_to(asking, {*read_process(waiter.pid)}).size() == 1);
  CHECK(add_to(asking, {*read_process(waiter.pid)}).empty());
  return asking;
}

}  // namespace

TEST_CASE("a process that was noted and not signalled is asked by the successor") {
  for (bool handles : {true, false}) {
    const Waiter waiter(handles);
    CHECK(those_who_were_asked(about_to_ask(waiter)).asked.empty());
  }
}

TEST_CASE("a process that was noted and has had the signal is not asked again") {
  const Waiter waiter(true);
  const Asking asking = about_to_ask(waiter);
  kill(waiter.pid, SIGTERM);
  waiter.wait_until_it_rests();
  CHECK(those_who_were_asked(asking).asked.size() == 1);
}

TEST_CASE("a signal that is pending was sent") {
  const Waiter waiter(true);
  const Asking asking = about_to_ask(waiter);
  kill(waiter.pid, SIGSTOP);
  waitpid(waiter.pid, nullptr, WUNTRACED);
  kill(waiter.pid, SIGTERM);
  CHECK(those_who_were_asked(asking).asked.size() == 1);
}

TEST_CASE("where all are known to have been signalled none is looked at") {
  const Waiter waiter(true);
  Asking asking = about_to_ask(waiter);
  asking.told = true;
  CHECK(those_who_were_asked(asking).asked.size() == 1);
}

TEST_CASE("the processes that were asked are read back as it was written") {
  Asking asking{SIGINT, true, true, {{{7, 700}, 3}, {{8, 800}, 0}}};
  const auto back = decode_asking(encode_asking(9, asking));
  REQUIRE(back);
  CHECK(back->first == 9);
  CHECK(back->second.signal == SIGINT);
  CHECK(back->second.rest_waits);
  CHECK(back->second.told);
  CHECK(back->second.asked == asking.asked);
  CHECK_FALSE(decode_asking(encode_asking(9, asking).substr(1)));
}

}  // namespace muster
