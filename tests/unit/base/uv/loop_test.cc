// The loop's own small types: who owns a handle, when a timer fires, what a destructor leaves.
#include "base/uv/loop.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>
#include <algorithm>
#include <catch2/catch.hpp>
#include <optional>

#include "base/unique_fd.h"
#include "base/uv/poll.h"
#include "base/uv/signal_watch.h"
#include "base/uv/timer.h"
#include "base/uv/turn.h"
#include "base/uv/work.h"

namespace muster {
namespace {

struct Pipe {
  UniqueFd in, out;
  Pipe() {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    in.reset(ends[0]);
    out.reset(ends[1]);
  }
};

TEST_CASE("a loop without handles runs out at once and leaves nothing") {
  Loop loop;
  loop.run();
}

TEST_CASE("a timer never fires before its time") {
  Loop loop;
  for (Nanos delay : {Nanos(0), Nanos(1), Nanos(400us), Nanos(1ms), Nanos(3400us)}) {
    MonoTime fired;
    Timer timer(loop, [&] { fired = loop_clock(); });
    MonoTime due = loop_clock() + delay;
    timer.at(due);
    CHECK(timer.armed());
    loop.run();
    CHECK(fired >= due);
    CHECK_FALSE(timer.armed());
  }
}

TEST_CASE("a timer for a time that has passed fires in the next turn") {
  Loop loop;
  int fired = 0;
  Timer timer(loop, [&] { ++fired; });
  timer.at(loop_clock() - 1h);
  loop.run();
  CHECK(fired == 1);
}

TEST_CASE("a timer is not late by the time that the turn took before it was armed") {
  Loop loop;
  Nanos best = 1h;
  for (int i = 0; i < 5; i++) {
    MonoTime armed, fired;
    Timer timer(loop, [&] { fired = loop_clock(); });
    Timer long_turn(loop, [&] {
      for (const MonoTime end = loop_clock() + 200ms; loop_clock() < end;) {
      }
      armed = loop_clock();
      timer.after(1ms);
    });
    long_turn.after(0ms);
    loop.run();
    best = std::min<Nanos>(best, fired - armed);
  }
  CHECK(best < 100ms);
}

TEST_CASE("a timer that is always overdue lets others have their turn") {
  Loop loop;
  std::optional<Timer> overdue;
  overdue.emplace(loop, [&] { overdue->at(MonoTime()); });
  overdue->at(MonoTime());
  int turns = 0;
  Check check(loop, [&] {
    if (++turns == 3) overdue->disarm();
  });
  check.on();
  check.unref();
  loop.run();
  CHECK(turns == 3);
}

TEST_CASE("a timer that is disarmed, or gone, does not fire") {
  Loop loop;
  bool fired = false;
  Timer disarmed(loop, [&] { fired = true; });
  disarmed.after(0ns);
  disarmed.disarm();
  std::optional<Timer> gone;
  gone.emplace(loop, [&] { fired = true; });
  gone->after(0ns);
  gone.reset();
  loop.run();
  CHECK_FALSE(fired);
}

TEST_CASE("a repeating timer fires until it disarms itself") {
  Loop loop;
  int fired = 0;
  std::optional<Timer> timer;
  timer.emplace(loop, [&] {
    if (++fired == 3) timer->disarm();
  });
  timer->every(1ms);
  loop.run();
  CHECK(fired == 3);
}

TEST_CASE("a timer of the kernel fires once, below a millisecond, and never early") {
  Loop loop;
  MonoTime fired;
  int times = 0;
  TimerFd timer(loop, [&] {
    fired = loop_clock();
    ++times;
    loop.stop();
  });
  MonoTime due = loop_clock() + 200us;
  timer.after(200us);
  loop.run();
  CHECK(fired >= due);
  CHECK_FALSE(timer.armed());
  loop.turn(false);
  CHECK(times == 1);
}

TEST_CASE("a poll tells of data and of the end, and not while it watches nothing") {
  Loop loop;
  Pipe pipe;
  std::string got;
  bool ended = false;
  Poll poll(loop, pipe.in.get(), [&] {
    char byte;
    ssize_t n = read(pipe.in.get(), &byte, 1);
    if (n == 1) got += byte;
    if (n == 0) {
      ended = true;
      poll.watch(Poll::nothing);
    }
  });
  REQUIRE(write(pipe.out.get(), "ab", 2) == 2);
  loop.turn(false);
  CHECK(got.empty());
  poll.watch(Poll::readable);
  pipe.out.reset();
  loop.run();
  CHECK(got == "ab");
  CHECK(ended);
}

TEST_CASE("a poll for writing tells that the reader has gone") {
  Loop loop;
  Pipe pipe;
  int error = 0;
  signal(SIGPIPE, SIG_IGN);
  Poll poll(loop, pipe.out.get(), [&] {
    if (write(pipe.out.get(), "x", 1) < 0) error = errno;
    poll.watch(Poll::nothing);
  });
  pipe.in.reset();
  poll.watch(Poll::writable);
  loop.run();
  CHECK(error == EPIPE);
}

TEST_CASE("a signal is told in the loop") {
  Loop loop;
  int seen = 0;
  SignalWatch watch(loop, SIGUSR1, [&] {
    ++seen;
    loop.stop();
  });
  raise(SIGUSR1);
  loop.run();
  CHECK(seen == 1);
}

TEST_CASE("an idle hook keeps the loop from waiting; prepare and check come in order") {
  Loop loop;
  std::string order;
  Prepare prepare(loop, [&] { order += 'p'; });
  Check check(loop, [&] { order += 'c'; });
  Idle idle(loop, [&] { order += 'i'; });
  prepare.on();
  check.on();
  idle.on();
  loop.turn(true);
  CHECK(order == "ipc");
  CHECK(idle.is_on());
  idle.off();
  CHECK_FALSE(idle.is_on());
}

TEST_CASE("work is done elsewhere and told here") {
  Loop loop;
  Work work(loop);
  int made = 0, told = 0;
  work.start([&] { made = 42; }, [&] { told = made; });
  CHECK(work.busy());
  loop.run();
  CHECK(told == 42);
  CHECK_FALSE(work.busy());
}

TEST_CASE("work whose owner has gone is finished by the loop, and told to nobody") {
  auto made = std::make_shared<int>(0);
  bool told = false;
  {
    Loop loop;
    Work work(loop);
    work.start([made] { *made = 42; }, [&] { told = true; });
  }
  CHECK(*made == 42);
  CHECK_FALSE(told);
}

}  // namespace
}  // namespace muster
