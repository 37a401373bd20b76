"""Group E: too few descriptors, threads, cycles; clocks, signals and starts that are strange."""

import contextlib
import os
import resource
import signal
import socket
import subprocess

import pytest

import clocks
import proc
from cgroups import cgroup
from daemon import COUNTING, STAYS, assert_counts, wait_for_more_lines
from waiting import wait_for


def pids(app):
    return {row["process"]: app.pid(row["process"]) for row in app.rows()}


@pytest.fixture
def busy(app):
    app.procfile(alpha=COUNTING, beta=STAYS)
    app.start("-m", "alpha=2,beta=0")
    wait_for_more_lines(app)
    return app


def assert_undisturbed(app, before):
    assert before.items() <= pids(app).items()
    wait_for_more_lines(app)
    app.ok("stop", "alpha")
    assert_counts(app, "alpha.1", "alpha.2")


@pytest.mark.row("E67")
def test_without_descriptors_starts_are_refused_and_the_rest_goes_on(busy):
    supervisor, before = busy.pid_of_supervisor(), pids(busy)
    hard = resource.prlimit(supervisor, resource.RLIMIT_NOFILE)[1]
    few = max(proc.open_files(supervisor)) + 40
    resource.prlimit(supervisor, resource.RLIMIT_NOFILE, (few, hard))
    busy.ok("scale", "--no-wait", "beta=30")
    wait_for("some to have failed", lambda: "crashed" in busy.states().values())
    notes = [row["note"] for row in busy.rows() if row["state"] == "crashed"]
    assert all(os.strerror(24) in note for note in notes), notes
    assert busy.pid_of_supervisor() == supervisor
    resource.prlimit(supervisor, resource.RLIMIT_NOFILE, (hard, hard))
    busy.ok("restart", "beta")
    wait_for("all to be up", lambda: set(busy.states().values()) == {"up"})
    assert_undisturbed(busy, before)


@pytest.mark.row("E68")
def test_more_connections_than_descriptors(busy):
    """ZeroMQ ends its process over the first connection without a descriptor, so nobody may
    listen for a moment: what is asked for here is that the keeper makes it good."""
    supervisor, before = busy.pid_of_supervisor(), pids(busy)
    limits = resource.prlimit(supervisor, resource.RLIMIT_NOFILE)
    few = max(proc.open_files(supervisor)) + 20
    resource.prlimit(supervisor, resource.RLIMIT_NOFILE, (few, limits[1]))
    peers = []
    for _ in range(80):
        peer = socket.socket(socket.AF_UNIX)
        peer.setblocking(False)
        with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
            peer.connect(str(busy.home.runtime / "control"))
        peers.append(peer)
    wait_for_lines_in_the_journal(busy)
    for peer in peers:
        peer.close()
    wait_for("the daemon to answer", busy.answers)
    resource.prlimit(busy.pid_of_supervisor(), resource.RLIMIT_NOFILE, limits)
    assert_undisturbed(busy, before)


def journal_bytes(app):
    return sum(path.stat().st_size for path in (app.home.state / "journal").iterdir())


def wait_for_lines_in_the_journal(app):
    """While nobody can ask."""
    before = journal_bytes(app)
    wait_for("a growing journal", lambda: journal_bytes(app) > before + 100_000)


@pytest.mark.row("E70")
def test_all_threads_are_there_from_the_start(busy):
    """So none has to be made when the machine has no more to give."""
    supervisor = busy.pid_of_supervisor()
    threads = proc.status(supervisor, "Threads")
    busy.ok("scale", "beta=5")
    busy.ok("logs", "--from", "1", "-n", "1000")
    with busy.begin("logs", "-t") as tail:
        assert tail.stdout.readline()
        tail.terminate()
    busy.ok("run", "--", "true")
    busy.ok("restart", "beta")
    assert proc.status(supervisor, "Threads") == threads


@pytest.mark.row("E70", "B30")
def test_a_fork_that_is_refused_is_tried_again_later(busy):
    before = pids(busy)
    supervisor = busy.pid_of_supervisor()
    with cgroup("pids", {"pids.max": "max"}) as group:
        (group / "cgroup.procs").write_text(str(supervisor))
        threads = int((group / "pids.current").read_text())
        (group / "pids.max").write_text(str(threads + 2))
        busy.ok("scale", "--no-wait", "beta=5")
        row = wait_for("one that failed", lambda: next(
            (row for row in busy.rows() if row["state"] == "crashed"), None))
        assert os.strerror(11) in row["note"]
        (group / "pids.max").write_text("max")
        busy.ok("restart", "beta")
        wait_for("all to be up", lambda: set(busy.states().values()) == {"up"})
        assert busy.pid_of_supervisor() == supervisor
        assert_undisturbed(busy, before)
        busy.stop()


@pytest.mark.row("E72")
@pytest.mark.parametrize("date", ["1969-06-01", "2038-01-20", "2106-02-08", "2200-01-01"])
def test_strange_times(app, date):
    app.procfile(alpha="echo hello; " + STAYS)
    app.start(env=clocks.set_to(f"{date} 12:00:00"))
    app.wait_log("app[alpha.1]: hello")
    line = next(line for line in app.lines_of("logs") if line.endswith("app[alpha.1]: hello"))
    assert line.startswith(date + "T12:0"), line
    assert app.records("-n", "1")[0]["time"].startswith(date)
    app.kill_supervisor()
    app.ok("restart", "alpha")
    app.wait_log("app[alpha.1]: hello", count=2)


@pytest.mark.row("E73")
def test_a_twentieth_of_a_core_is_enough_to_lose_nothing(busy):
    before, supervisor = pids(busy), busy.pid_of_supervisor()
    with cgroup("cpu", {"cpu.cfs_period_us": "100000", "cpu.cfs_quota_us": "5000"}) as group:
        (group / "cgroup.procs").write_text(str(supervisor))
        wait_for_more_lines(busy)
        busy.ok("scale", "beta=2")
        wait_for_more_lines(busy)
        (group / "cpu.cfs_quota_us").write_text("-1")
        assert busy.pid_of_supervisor() == supervisor
        assert_undisturbed(busy, before)
        busy.stop()


@pytest.mark.row("E75")
def test_a_storm_of_signals_changes_nothing(busy):
    before, status = pids(busy), busy.status()
    for pid in (status["supervisor_pid"], status["keeper_pid"]):
        for number in (signal.SIGCHLD, signal.SIGWINCH, signal.SIGPIPE, signal.SIGURG,
                       signal.SIGHUP):
            for _ in range(20_000):
                os.kill(pid, number)
    wait_for_more_lines(busy)
    after = busy.status()
    assert after["supervisor_pid"] == status["supervisor_pid"]
    assert after["keeper_pid"] == status["keeper_pid"]
    assert_undisturbed(busy, before)


@pytest.mark.row("E78")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_it_starts_without_standard_descriptors(app, closed):
    app.procfile(alpha="echo hello; echo err >&2; " + STAYS)
    command = " ".join(app.command("-d"))
    subprocess.run(["sh", "-c", f"{command} {closed}"], env=app.home.environment, check=True)
    app.wait_log("app[alpha.1]: hello")
    app.wait_log("app[alpha.1]: err")
    for pid in (app.status()["keeper_pid"], app.pid_of_supervisor()):
        assert {0, 1, 2} <= set(proc.open_files(pid))
    app.ok("shutdown")


@pytest.mark.row("E78")
@pytest.mark.parametrize("options", [[], ["-d"]])
def test_its_last_words_find_no_place(app, options):
    """There is no Procfile, and the disk on which its stderr is kept is full."""
    with open("/dev/full", "wb") as full:
        done = subprocess.run(app.command(*options), env=app.home.environment, check=False,
                              timeout=60, stdin=subprocess.DEVNULL, stdout=full, stderr=full)
    assert done.returncode == 1
    assert app.home.processes == []


@pytest.mark.row("E78")
def test_signals_that_it_inherits_as_blocked_or_ignored(app):
    app.procfile(alpha=STAYS)
    numbers = [signal.SIGPIPE, signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP]

    def strange():
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    done = subprocess.run(app.command("-d"), env=app.home.environment, preexec_fn=strange,
                          stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0
    pid = app.pid("alpha.1")
    assert not proc.signals(pid, "SigBlk") and not proc.signals(pid, "SigIgn")
    os.kill(app.status()["keeper_pid"], signal.SIGTERM)
    wait_for("the end of all", lambda: not app.home.processes)
