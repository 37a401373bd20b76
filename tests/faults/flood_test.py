"""A process that prints as fast as it can, beside a small journal, a subscriber that checks every
line and one that stands still: neither memory nor disk grow with time, and no line is missing."""

import os
import signal
import subprocess

import flood
import proc
import pytest
from home import REPOSITORY
from waiting import PATIENCE, stays

MIB = 1 << 20
JOURNAL = 256 * MIB
# A segment is a sixteenth of it. The newest one counts when it is full, and what an older one is
# packed into counts when it takes its place: each is one more for a while.
DIRECTORY = JOURNAL + 2 * JOURNAL // 16
# The memory that a process needs with two streams, and for each of two subscribers a thousand
# messages of the bus, each with no more than a window's worth of lines (256 KiB, 3 bytes a line of
# them for msgpack). The one that stands still has its thousand all the while, and the other one
# when it lags.
SUPERVISOR = 32 * MIB + 2 * 1000 * (256 << 10) * 103 // 100
KEEPER = 4 * MIB
PROGRAM = REPOSITORY / "tests" / "support" / "python" / "flood.py"
EXAMPLES = REPOSITORY / "examples" / "subscribers" / "python"


def resident(pid):
    return int((proc.status(pid, "VmRSS") or "0").split()[0]) << 10


def size_of(directory):
    """Of its files, some of which may go meanwhile."""
    total = 0
    for entry in os.scandir(directory):
        try:
            total += entry.stat().st_size
        except FileNotFoundError:
            pass
    return total


@pytest.fixture
def follower(app):
    """It checks, and ends with the flood."""
    app.procfile(flood=f"exec /usr/bin/python3 {PROGRAM} print")
    os.mkfifo(app.directory / "credit")
    go = app.gate("go")
    app.start("--journal-size", JOURNAL)
    environment = {**app.home.environment, "PYTHONPATH": str(EXAMPLES)}
    with subprocess.Popen(["/usr/bin/python3", PROGRAM, "follow", app.home.runtime], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=app.directory,
                          env=environment) as follower:
        assert follower.stdout.readline() == "live\n", follower.stderr.read()
        yield follower, go
        follower.kill()


@pytest.fixture
def stopped(app, follower):
    """It has shown a line, and then stands still."""
    with app.begin("logs", "-t", "-s", "app") as tail:
        assert tail.stdout.readline().endswith(b" app[flood.1]: ready\n")
        tail.send_signal(signal.SIGSTOP)
        yield tail
        tail.kill()


@pytest.mark.row("F86")
@pytest.mark.parametrize("seconds", [
    5, pytest.param(600, marks=[pytest.mark.long, pytest.mark.timeout(1200)])])
def test_memory_and_disk_are_bounded_and_no_line_is_missing(app, follower, stopped, seconds):
    follower, go = follower
    status = app.status()
    highest = {}

    def within_bounds():
        seen = {"supervisor": resident(status["supervisor_pid"]),
                "keeper": resident(status["keeper_pid"]),
                "journal": size_of(app.home.state / "journal")}
        for name, size in seen.items():
            highest[name] = max(highest.get(name, 0), size)
        assert seen["supervisor"] < SUPERVISOR and seen["keeper"] < KEEPER, seen
        assert seen["journal"] < DIRECTORY, seen
        assert follower.poll() is None, follower.stderr.read()
        return True

    go.writer().close()
    stays("all within its bounds", within_bounds, seconds)
    app.ok("kill", "-s", "USR1", "flood")
    output, errors = follower.communicate(timeout=2 * PATIENCE)
    assert follower.returncode == 0, errors
    lines = int(output)
    print(f"{lines} lines, {lines * 100} bytes in {seconds} s; highest:",
          ", ".join(f"{name} {size / MIB:.1f} MiB" for name, size in highest.items()))
    assert app.status()["supervisor_pid"] == status["supervisor_pid"]


@pytest.mark.parametrize("change", [
    lambda lines: lines[:1500] + lines[1501:],             # one is lost
    lambda lines: lines[:1500] + lines[1499:],             # one comes twice
    lambda lines: lines[:1000] + lines[2000:],             # a thousand are lost
    lambda lines: lines[:5] + [lines[5][1:]] + lines[6:],  # one is torn
])
def test_the_check_finds_what_is_wrong(change):
    lines = [line for block in range(3) for line in [flood.first_of(block), *flood.REST]]
    check = flood.Check()
    assert check.take(lines + [b"end 3000"]) == check.taken == 3000
    with pytest.raises(AssertionError, match=r"behind \d+ lines"):
        flood.Check().take(change(lines))
