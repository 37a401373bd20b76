"""The supervisor killed at every named instant, the first times that it comes by: nothing is lost,
doubled, torn, started twice or forgotten."""

import os
import re
from pathlib import Path

import pytest

import proc
from daemon import STAYS, assert_each_launch_is_told_once
from home import BIN, REPOSITORY
from waiting import wait_for

TABLE = Path(REPOSITORY / "base" / "killpoint.h").read_text()
NAMES = re.findall(r"^  (\w+), +//", TABLE, re.MULTILINE)
HITS = [1, 2, 5] if os.environ.get("MUSTER_LONG") else [2]
LINES = 5_000
COUNT = f"seq 0 {LINES - 1}; echo end; " + STAYS

pytestmark = [pytest.mark.asan,
              pytest.mark.skipif(b"MUSTER_KILLPOINT" not in (BIN / "musterd").read_bytes(),
                                 reason="only builds with the sanitizers have killpoints")]


def app_lines(app, process):
    return [line.split(": ", 1)[1]
            for line in app.logs("-n", 1_000_000, "-p", process, "-s", "app")]


def exercise(app, env):
    app.procfile(alpha=COUNT, beta=COUNT, crash="echo one; exit 7", web=STAYS)
    app.start("-m", "alpha=1,beta=0,crash=1,web=0", env=env)
    app.wait_log("app[alpha.1]: end")
    wait_for("scale", lambda: app.ctl("scale", "beta=2", "web=1", "--no-wait").returncode == 0)
    app.wait_log("app[beta.2]: end")
    app.wait_log("app[beta.1]: end")
    wait_for("stop", lambda: app.ctl("stop", "web.1").returncode == 0)
    wait_for("restart", lambda: app.ctl("restart", "beta.1").returncode == 0)
    app.wait_log("app[beta.1]: end", count=2)
    app.wait_log("muster[crash.1]: Process exited with status 7", count=2)


@pytest.mark.row("A2")
@pytest.mark.parametrize("hit", HITS)
@pytest.mark.parametrize("name", NAMES)
def test_killed_at(app, name, hit):
    exercise(app, {"MUSTER_KILLPOINT": f"{name}:{hit}"})
    if name.startswith("recovery"):
        app.kill_supervisor()
    numbers = [str(number) for number in range(LINES)] + ["end"]
    assert app_lines(app, "alpha.1") == numbers
    assert app_lines(app, "beta.2") == numbers
    lines = app_lines(app, "beta.1")
    assert lines[:LINES + 1] == numbers and lines[-LINES - 1:] == numbers
    running, _ = assert_each_launch_is_told_once(
        app, lambda process: 7 if process == "crash.1" else 143)
    assert all(proc.alive(pid) for pid in running.values())
    copies = [pid for pid in app.home.processes
              if proc.environment(pid).get("PS") == "alpha.1"]
    assert copies == [running["alpha.1"]]
    seqs = [record["seq"] for record in app.records("-n", 1_000_000)]
    assert seqs == sorted(seqs)


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("recovery")])
def test_killed_ten_times_in_a_row_while_recovering(app, name):
    app.procfile(alpha=COUNT, beta=STAYS)
    app.start(env={"MUSTER_KILLPOINT": f"{name}:1:11", "MUSTER_RESTART_MS": "1"})
    pids = [app.pid("alpha.1"), app.pid("beta.1")]
    app.wait_log("app[alpha.1]: end")
    before = app.pid_of_supervisor()
    os.kill(before, 9)
    app.successor(before)
    assert [app.pid("alpha.1"), app.pid("beta.1")] == pids
    assert app_lines(app, "alpha.1") == [str(number) for number in range(LINES)] + ["end"]
