// Launches as real processes: how they start, what they inherit, how they end, and that nothing of
// them is left.
#include "daemon/edge/launch/launches.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <catch2/catch.hpp>

#include "tests/support/temp_dir.h"
#include "tests/unit/edge/process_stage.h"

namespace muster {
namespace {

TEST_CASE("a process starts, prints, exits and is gone, and all of it is told in order") {
  ProcessStage stage;
  auto launch = stage.start("printf hello; printf oops >&2; exit 3");
  REQUIRE(stage.run_until_gone(launch));
  auto& seen = stage.seen(launch);
  CHECK(seen.order == "LEG");
  CHECK(seen.launched->identity.pid > 1);
  CHECK(seen.exited->status.status() == 3);
  CHECK_FALSE(seen.exited->survivors);
  CHECK(stage.log.text(launch, 0) == "hello");
  CHECK(stage.log.text(launch, 1) == "oops");
  CHECK(stage.processes.empty());
}

TEST_CASE("exit codes and signals arrive as they were") {
  ProcessStage stage;
  for (int code : {0, 1, 2, 63, 126, 127, 128, 143, 254, 255}) {
    auto launch = stage.start("exit " + std::to_string(code));
    REQUIRE(stage.run_until_gone(launch));
    CHECK(stage.seen(launch).exited->status.kind == ExitStatus::Kind::exited);
    CHECK(stage.seen(launch).exited->status.number == code);
  }
  for (int number : {SIGHUP, SIGTERM, SIGKILL, SIGSEGV, SIGABRT, SIGUSR1, SIGRTMIN + 3}) {
    auto launch = stage.start("ulimit -c 0; kill -" + std::to_string(number) + " $$");
    REQUIRE(stage.run_until_gone(launch));
    CHECK(stage.seen(launch).exited->status.kind == ExitStatus::Kind::signaled);
    CHECK(stage.seen(launch).exited->status.number == number);
  }
}

TEST_CASE("a start that fails names the step and the reason, and nothing else is told") {
  ProcessStage stage;
  auto launch = stage.start_argv({"no-such-program", "x"});
  REQUIRE(stage.run_until_gone(launch));
  CHECK(stage.seen(launch).order == "F");
  CHECK(stage.seen(launch).failed->stage == "exec no-such-program");
  CHECK(stage.seen(launch).failed->error_number == ENOENT);

  launch = stage.start_argv({"/etc/passwd"});
  REQUIRE(stage.run_until_gone(launch));
  CHECK(stage.seen(launch).failed->stage == "exec /etc/passwd");
  CHECK(stage.seen(launch).failed->error_number == EACCES);

  ProcessStage elsewhere("/no/such/place");
  launch = elsewhere.start("true");
  REQUIRE(elsewhere.run_until_gone(launch));
  CHECK(elsewhere.seen(launch).failed->stage == "chdir /no/such/place");
  CHECK(elsewhere.seen(launch).failed->error_number == ENOENT);
}

TEST_CASE("a command of plain words that names no program is a failed start, not a shell's exit") {
  ProcessStage stage;
  auto launch = stage.start("/srv/no/such/program --fast");
  REQUIRE(stage.run_until_gone(launch));
  CHECK(stage.seen(launch).order == "F");
  CHECK(stage.seen(launch).failed->stage == "exec /srv/no/such/program");
}

TEST_CASE("more arguments than the system takes are a failed start") {
  ProcessStage stage;
  auto launch = stage.start_argv({"/bin/echo", std::string(3 << 20, 'x')});
  REQUIRE(stage.run_until_gone(launch));
  REQUIRE(stage.seen(launch).failed);
  CHECK(stage.seen(launch).failed->error_number == E2BIG);
  CHECK(stage.seen(launch).order == "F");
}

TEST_CASE("a one-off's words are its arguments, found along the PATH of its environment") {
  TempDir bin;
  ProcessStage stage;
  auto script = bin.path() + "/my-tool";
  FILE* file = fopen(script.c_str(), "w");
  fputs("#!/bin/sh\nprintf '<%s>' \"$@\"\n", file);
  fclose(file);
  chmod(script.c_str(), 0755);
  Launch one_off;
  one_off.argv = {"my-tool", "a b", "$HOME", ""};
  one_off.env = {{"PATH", bin.path()}};
  auto launch = stage.start(one_off);
  REQUIRE(stage.run_until_gone(launch));
  CHECK(stage.log.text(launch) == "<a b><$HOME><>");
}

TEST_CASE("the process is the program itself, in the app's directory, in a session of its own") {
  ProcessStage stage("/usr");
  auto launch = stage.start("cat /proc/self/stat");
  REQUIRE(stage.run_until_gone(launch));
  auto stat = parse_stat(stage.log.text(launch));
  REQUIRE(stat);
  CHECK(stat->pid == stage.seen(launch).launched->identity.pid);
  CHECK(stat->session == stat->pid);
  CHECK(stat->group == stat->pid);
  CHECK(stage.output_of("pwd; env | grep ^PWD") == "/usr\nPWD=/usr\n");
}

TEST_CASE("the environment is the daemon's, then the launch's, then the mark") {
  setenv("MUSTER_TEST_A", "daemon", 1);
  setenv("MUSTER_TEST_B", "daemon", 1);
  ProcessStage stage;
  Launch launch;
  launch.command = "echo $MUSTER_TEST_A $MUSTER_TEST_B $PORT $MUSTER_APP $MUSTER_LAUNCH";
  launch.env = {{"MUSTER_TEST_B", "first"},
                {"MUSTER_TEST_B", "launch"},
                {"PORT", "5000"},
                {"MUSTER_LAUNCH", "forged"}};
  auto id = stage.start(launch);
  REQUIRE(stage.run_until_gone(id));
  CHECK(stage.log.text(id) == "daemon launch 5000 stage 1\n");
}

TEST_CASE("a process inherits three descriptors, and nothing to read from the first") {
  UniqueFd ours(open("/dev/null", O_RDONLY));  // without O_CLOEXEC, as a library might
  REQUIRE(ours);
  ProcessStage stage;
  // The fourth is the shell's own, on the directory that it lists.
  CHECK(stage.output_of("echo /proc/self/fd/*") ==
        "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3\n");
  CHECK(stage.output_of("readlink /proc/self/fd/0") == "/dev/null\n");
  CHECK(stage.output_of("ulimit -n") == "512\n");
}

TEST_CASE("its outputs are real pipes that can be opened again") {
  ProcessStage stage;
  CHECK(stage.output_of("echo x > /dev/stdout; echo y >> /dev/stdout") == "x\ny\n");
  auto launch = stage.start("echo z > /dev/stderr");
  REQUIRE(stage.run_until_gone(launch));
  CHECK(stage.log.text(launch, 1) == "z\n");
}

TEST_CASE("signals that the daemon ignores or blocks are as usual in its children") {
  signal(SIGPIPE, SIG_IGN);
  signal(SIGUSR2, SIG_IGN);
  signal(SIGRTMIN + 1, SIG_IGN);
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  sigaddset(&blocked, SIGRTMIN + 2);
  sigprocmask(SIG_BLOCK, &blocked, &before);
  ProcessStage stage;
  CHECK(stage.output_of("grep -E '^Sig(Blk|Ign)' /proc/self/status") ==
        "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
  sigprocmask(SIG_SETMASK, &before, nullptr);
}

TEST_CASE("a signal reaches every process of the tree, those that left it too") {
  ProcessStage stage;
  auto launch = stage.start(
      "setsid sleep 1000 & (setsid sh -c 'sleep 1000; true' &) ; sleep 1000 & echo ready; wait");
  REQUIRE(stage.run_until_printed(launch, "ready"));
  REQUIRE(stage.run_until([&] { return stage.processes.members(launch).size() >= 5; }));
  stage.processes.kill(launch, SIGTERM);
  REQUIRE(stage.run_until_gone(launch));
  CHECK(stage.seen(launch).exited->status.number == SIGTERM);
}

TEST_CASE("survivors of a process are told, and found when they have lost parent and session") {
  ProcessStage stage;
  auto launch = stage.start("setsid sh -c 'sleep 1000 & sleep 1000; true' & sleep 0.05; exit 0");
  REQUIRE(stage.run_until([&] { return stage.seen(launch).exited.has_value(); }));
  CHECK(stage.seen(launch).exited->survivors);
  CHECK_FALSE(stage.seen(launch).gone);
  REQUIRE(stage.run_until([&] { return stage.processes.members(launch).size() == 3; }));
  stage.processes.kill(launch, SIGTERM);
  REQUIRE(stage.run_until_gone(launch));
  CHECK(stage.seen(launch).order == "LEG");
}

TEST_CASE("whoever ignores SIGTERM and has forked twice ends by SIGKILL") {
  ProcessStage stage;
  const MonoTime started = loop_clock();
  auto launch = stage.start(
      "trap '' TERM; for i in 1 2 3 4 5 6 7 8 9 10; do"
      "  setsid sh -c 'trap \"\" TERM; (setsid sleep 1000 &) ; sleep 1000; true' & done;"
      "echo ready; while :; do sleep 1000; done");
  REQUIRE(stage.run_until_printed(launch, "ready"));
  REQUIRE(stage.run_until([&] { return stage.processes.members(launch).size() >= 32; }));
  stage.processes.kill(launch, SIGTERM);
  stage.processes.kill(launch, SIGKILL);
  // The machine may be slow: the same machine has just started them, which is far more work.
  const MonoTime killed = loop_clock();
  const Nanos growing = killed - started;
  REQUIRE(stage.run_until_gone(launch));
  const Nanos ending = loop_clock() - killed;
  CHECK(ending < 2 * growing);
  CHECK(stage.seen(launch).exited->status.number == SIGKILL);
}

TEST_CASE("a process that forks and flees all the time is caught") {
  ProcessStage stage;
  auto launch = stage.start(
      "echo ready; i=0; while [ $i -lt 200 ]; do setsid sh -c 'sleep 1000; true' & i=$((i+1));"
      "done; wait");
  REQUIRE(stage.run_until_printed(launch, "ready"));
  stage.processes.kill(launch, SIGKILL);
  REQUIRE(stage.run_until_gone(launch));
}

TEST_CASE("a signal that comes before the start is delivered after it") {
  ProcessStage stage;
  auto launch = stage.start("sleep 1000");
  stage.processes.kill(launch, SIGTERM);
  REQUIRE(stage.run_until_gone(launch));
  CHECK(stage.seen(launch).order == "LEG");
  CHECK(stage.seen(launch).exited->status.number == SIGTERM);
}

TEST_CASE("a stranger who holds a pipe open is waited for so long and no longer") {
  ProcessStage stage;
  stage.log.patience_ = 20ms;
  auto launch = stage.start("sleep 1000");
  REQUIRE(stage.run_until([&] { return stage.seen(launch).launched.has_value(); }));
  auto path = "/proc/" + std::to_string(stage.seen(launch).launched->identity.pid) + "/fd/1";
  UniqueFd held(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  REQUIRE(held);
  stage.processes.kill(launch, SIGKILL);
  REQUIRE(stage.run_until_gone(launch));
  CHECK(stage.seen(launch).order == "LEG");
}

TEST_CASE("what was printed before the exit is read before the exit is told") {
  ProcessStage stage;
  auto launch = stage.start("head -c 900000 /dev/zero; exit 7");
  size_t read_at_exit = 0;
  REQUIRE(stage.run_until([&] {
    if (!stage.seen(launch).exited) return false;
    read_at_exit = stage.log.text(launch).size();
    return true;
  }));
  CHECK(read_at_exit == 900000);
  REQUIRE(stage.run_until_gone(launch));
}

TEST_CASE("orphans of the tree are reaped") {
  ProcessStage stage;
  auto launch = stage.start("(setsid sleep 1000 &) ; (sleep 1000 &) ; echo ready; sleep 1000");
  auto orphans = [&] {
    auto entries = read_processes();
    std::erase_if(entries, [&](auto& entry) {
      return entry.parent != getpid() || entry.pid == stage.seen(launch).launched->identity.pid;
    });
    return entries;
  };
  REQUIRE(stage.run_until_printed(launch, "ready"));
  REQUIRE(orphans().size() == 2);
  for (auto& orphan : orphans()) signal_process(orphan, SIGKILL);
  CHECK(stage.run_until([&] { return orphans().empty(); }));
}

TEST_CASE("two hundred processes start, and none of them is left when they are told to stop") {
  ProcessStage stage;
  std::vector<LaunchId> launches;
  for (int i = 0; i < 200; ++i) launches.push_back(stage.start("sleep 1000"));
  auto all = [&](auto what) {
    return stage.run_until([&] { return std::all_of(launches.begin(), launches.end(), what); });
  };
  REQUIRE(all([&](LaunchId launch) { return stage.seen(launch).launched.has_value(); }));
  for (auto launch : launches) stage.processes.kill(launch, SIGTERM);
  REQUIRE(all([&](LaunchId launch) { return stage.seen(launch).gone; }));
  CHECK(stage.processes.empty());
}

TEST_CASE("without descriptors to spare a start fails, and the next one works") {
  ProcessStage stage;
  std::vector<UniqueFd> hoard;
  rlimit limit{}, low{};
  getrlimit(RLIMIT_NOFILE, &limit);
  low = limit;
  low.rlim_cur = 128;
  setrlimit(RLIMIT_NOFILE, &low);
  for (int fd = 0; fd < 70;) hoard.emplace_back(fd = open("/dev/null", O_RDONLY | O_CLOEXEC));
  auto launch = stage.start("true");
  REQUIRE(stage.run_until_gone(launch));
  CHECK(stage.seen(launch).failed->stage == "pipe");
  CHECK(stage.seen(launch).failed->error_number == EMFILE);
  hoard.clear();
  setrlimit(RLIMIT_NOFILE, &limit);
  launch = stage.start("true");
  REQUIRE(stage.run_until_gone(launch));
  CHECK(stage.seen(launch).order == "LEG");
}

}  // namespace
}  // namespace muster
