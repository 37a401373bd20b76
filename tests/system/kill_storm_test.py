"""The supervisor killed at random instants, again and again, while sixteen streams print and
processes exit, crash and are scaled: 0 lines lost, doubled or torn, 0 second copies, 0 forgotten
exits. Prints how long it took each time until ctl was answered again."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

import proc
from home import BIN
from waiting import wait_for

WRITER = """
import itertools, os, select
for n in itertools.count(0, 20):
    text = "".join(f"{k}\\n" for k in range(n, n + 20)).encode()
    os.write(1, text)
    os.write(2, text)
    if os.path.exists("stop"):
        os.write(1, b"end\\n"), os.write(2, b"end\\n")
        select.select([], [], [], 1000)
    select.select([], [], [], 0.004)
"""


def start(app):
    app.write("writer.py", WRITER)
    app.procfile(writer=f"exec {sys.executable} -B writer.py",
                 crash="sleep 0.1; exit 7", scaled="echo up; exec sleep 1000")
    # Who dies so often is usually given time; here it is killed at once again.
    app.start("-m", "writer=8,crash=1,scaled=0", env={"MUSTER_RESTART_MS": "1"})
    return {f"writer.{n}": app.pid(f"writer.{n}") for n in range(1, 9)}


def storm(app, kills, chance):
    """Kills, and scales in between; returns how long each took until ctl was answered."""
    slow = []
    for kill in range(kills):
        status = app.status()
        os.kill(status["supervisor_pid"], signal.SIGKILL)
        begun = time.monotonic()
        app.successor(status["supervisor_pid"])
        slow.append(time.monotonic() - begun)
        if kill % 10 == 5:
            wait_for("scale", lambda: app.ctl("scale", f"scaled={chance.randrange(4)}")
                     .returncode == 0)
    return slow


def streams(app, process):
    """The lines of stdout and stderr, by the stream that each record names."""
    found = {"stdout": [], "stderr": []}
    with subprocess.Popen([str(BIN / "ctl"), "-a", "app", "logs", "--json", "-n", "100000000",
                           "-p", process, "-s", "app"], stdout=subprocess.PIPE,
                          env=app.home.environment, cwd=app.directory) as logs:
        for line in logs.stdout:
            record = json.loads(line)
            assert "partial" not in record, record
            found[record["stream"]].append(record["line"])
    return found


def assert_nothing_is_forgotten(app):
    """Each launch is told of once: its start, then its exit with the right status."""
    running, exits = {}, 0
    for event in app.records("-n", 10**8, "-s", "muster"):
        process = event["process"]
        if event.get("pid"):
            assert process not in running, f"{process} was started beside itself"
            running[process] = event["pid"]
        elif event["line"].startswith("Process exited"):
            assert running.pop(process, None), f"{process} exited twice"
            expected = "7" if process == "crash.1" else "143"
            assert event["line"] == f"Process exited with status {expected}"
            exits += 1
    assert exits > 0
    return running


@pytest.mark.parametrize("kills", [200, pytest.param(10_000, marks=pytest.mark.long)])
def test_storm(app, kills, record_property):
    seed = random.randrange(10**9)
    print("seed", seed)
    pids = start(app)
    slow = sorted(storm(app, kills, random.Random(seed)))
    record_property("median_ms", round(1000 * slow[len(slow) // 2]))
    print(f"{kills} kills, back after {1000 * slow[len(slow) // 2]:.0f} ms (median), "
          f"{1000 * slow[int(len(slow) * 0.99)]:.0f} ms (p99)")
    assert {name: app.row(name)["pid"] for name in pids} == pids
    app.write("stop", "")
    for name in pids:
        app.wait_log(f"app[{name}]: end", "-n", "1000", "-p", name, count=2)
    total = 0
    for name in pids:
        for lines in streams(app, name).values():
            assert lines.pop() == "end"
            assert lines == [str(number) for number in range(len(lines))]
            total += len(lines)
    running = assert_nothing_is_forgotten(app)
    assert {name: running[name] for name in pids} == pids
    for name, pid in running.items():
        assert proc.alive(pid) or name == "crash.1"
    print(f"{total} lines: 0 lost, 0 doubled, 0 torn")
