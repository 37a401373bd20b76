"""The supervisor killed at random instants, again and again, while sixteen streams print and
processes exit, crash and are scaled: 0 lines lost, doubled or torn, 0 second copies, 0 forgotten
exits. Prints how long it took each time until ctl was answered again. The same with its keeper, and
with both."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

import proc
from daemon import STAYS, assert_each_launch_is_told_once
from home import BIN
from kills import kill_both, kill_keeper, kill_supervisor
from waiting import wait_for

# A burst for each byte that comes in, and at its end a last word.
WRITER = """
import itertools, os, signal
numbers = itertools.count()
with open(os.environ["PS"], "rb", buffering=0) as bursts:
    while bursts.read(1):
        for _ in range(25):
            text = "".join(f"{n}\\n" for n in itertools.islice(numbers, 20)).encode()
            os.write(1, text)
            os.write(2, text)
os.write(1, b"end\\n")
os.write(2, b"end\\n")
signal.pause()
"""


# A process that dies so often is usually given time; here it is killed at once again.
AT_ONCE = {"MUSTER_RESTART_MS": "1"}
# For all that is printed in the longest storm.
JOURNAL = "16G"


def start(app):
    app.write("writer.py", WRITER)
    app.procfile(writer=f"exec {sys.executable} -B writer.py", crash="exit 7",
                 scaled="echo up; " + STAYS)
    gates = {f"writer.{n}": app.gate(f"writer.{n}") for n in range(1, 9)}
    app.start("-m", "writer=8,crash=1,scaled=0", "--journal-size", JOURNAL, env=AT_ONCE)
    return {name: app.pid(name) for name in gates}, gates


def storm(app, gates, kills, chance):
    """Each of the kills in the middle of a burst, and scales in between; returns how long each took
    until ctl was answered."""
    slow = []
    with contextlib.ExitStack() as stack:
        bursts = [stack.enter_context(gate.writer()) for gate in gates.values()]
        for number, kill in enumerate(kills):
            for burst in bursts:
                burst.write(b"x" * chance.randrange(1, 4))
            slow.append(kill(app))
            if number % 10 == 5:
                wait_for("scale", lambda: app.ctl("scale", f"scaled={chance.randrange(4)}")
                         .returncode == 0)
    return slow


def assert_lines(app, process):
    """Of each stream that the records name: 0, 1, 2 and so on up to the last word. Returns how
    many."""
    counts, ended = {"stdout": 0, "stderr": 0}, set()
    with subprocess.Popen([str(BIN / "ctl"), "-a", "app", "logs", "--json", "--from", "1",
                           "-p", process, "-s", "app"], stdout=subprocess.PIPE,
                          env=app.home.environment, cwd=app.directory) as logs:
        for line in logs.stdout:
            record = json.loads(line)
            stream = record["stream"]
            assert "partial" not in record and stream not in ended, record
            if record["line"] == "end":
                ended.add(stream)
            else:
                assert record["line"] == str(counts[stream]), record
                counts[stream] += 1
    assert len(ended) == len(counts)
    return sum(counts.values())


def timed_kill(app):
    supervisor = app.pid_of_supervisor()
    os.kill(supervisor, signal.SIGKILL)
    begun = time.monotonic()
    app.successor(supervisor)
    return time.monotonic() - begun


def play(app, kills_of, *other_exits):
    """The whole of a storm, and what must hold after it. Returns what storm() does."""
    seed = random.randrange(10**9)
    print("seed", seed)
    chance = random.Random(seed)
    pids, gates = start(app)
    slow = storm(app, gates, kills_of(chance), chance)
    assert {name: app.row(name)["pid"] for name in pids} == pids
    for name in pids:
        app.wait_log(f"app[{name}]: end", "-n", "1000", "-p", name, count=2)
    total = sum(assert_lines(app, name) for name in pids)
    running, exits = assert_each_launch_is_told_once(
        app, lambda process: 7 if process == "crash.1" else 143, *other_exits)
    assert exits > 0
    assert {name: running[name] for name in pids} == pids
    for name, pid in running.items():
        assert proc.alive(pid) or name == "crash.1"
    print(f"{total} lines: 0 lost, 0 doubled, 0 torn")
    return slow


@pytest.mark.row("A1")
@pytest.mark.parametrize("kills", [200, pytest.param(10_000, marks=pytest.mark.long)])
def test_storm(app, kills, record_property):
    slow = sorted(play(app, lambda chance: [timed_kill] * kills))
    record_property("median_ms", round(1000 * slow[len(slow) // 2]))
    print(f"{kills} kills, back after {1000 * slow[len(slow) // 2]:.0f} ms (median), "
          f"{1000 * slow[int(len(slow) * 0.99)]:.0f} ms (p99)")


@pytest.mark.row("A5", "A6")
@pytest.mark.usefixtures("in_memory")
@pytest.mark.parametrize("kills", [30, pytest.param(1000, marks=pytest.mark.long)])
def test_storm_that_hits_the_keeper_too(app, kills):
    """Who exits while nobody is there to be its parent may take its status along."""
    def both(app):
        kill_both(app, env=AT_ONCE)
    play(app, lambda chance: [chance.choice([kill_supervisor, kill_keeper, both])
                              for _ in range(kills)],
         "unknown: muster was not running when it ended")
