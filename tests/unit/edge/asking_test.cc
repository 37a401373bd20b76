// The processes that have been asked to end, over a supervisor that is killed between the note and
// the signal.
#include "daemon/edge/asking.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include "daemon/edge/process_state.h"
#include "daemon/edge/process_table.h"

namespace muster {
namespace {

// A process that waits for signals; it has a handler, or it has none.
struct Waiter {
  explicit Waiter(bool handles) {
    pid = fork();
    if (pid == 0) {
      alarm(60);
      signal(SIGTERM, SIG_DFL);  // where the test's own program has a handler
      if (handles) signal(SIGTERM, [](int) {});
      for (;;) pause();
    }
    for (;;) {
      const auto state = read_signal_state(pid);
      const auto entry = read_process(pid);
      if (state && entry && state->is_caught(SIGTERM) == handles && waits()) break;
      poll(nullptr, 0, 1);
    }
  }
  ~Waiter() {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
  bool waits() const {
    const auto before = read_signal_state(pid);
    poll(nullptr, 0, 20);
    const auto after = read_signal_state(pid);
    return before && after && before->switches == after->switches && after->switches > 0;
  }
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

TEST_CASE("whoever was noted and not signalled is asked by the successor") {
  for (bool handles : {true, false}) {
    const Waiter waiter(handles);
    CHECK(those_who_were_asked(about_to_ask(waiter)).asked.empty());
  }
}

TEST_CASE("whoever was noted and has had the signal is not asked again") {
  const Waiter waiter(true);
  const Asking asking = about_to_ask(waiter);
  kill(waiter.pid, SIGTERM);
  while (!waiter.waits()) continue;
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

TEST_CASE("where all are known to have been signalled nobody is looked at") {
  const Waiter waiter(true);
  Asking asking = about_to_ask(waiter);
  asking.told = true;
  CHECK(those_who_were_asked(asking).asked.size() == 1);
}

TEST_CASE("who has been asked is read back as it was written") {
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
