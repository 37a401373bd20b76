"""A keeper that does not listen for a while holds up nothing for long, and is told everything when
it listens again."""

import os
import signal

import proc
from daemon import STAYS
from waiting import wait_for


def test_what_it_was_not_told_it_learns_later(app):
    app.procfile(worker=STAYS)
    app.start("-m", "worker=0")
    keeper = app.status()["keeper_pid"]
    os.kill(keeper, signal.SIGSTOP)
    app.ok("scale", "worker=300")  # far more than the socket between them takes
    wait_for("all to be up", lambda: set(app.states().values()) == {"up"})
    pids = {row["process"]: row["pid"] for row in app.rows()}
    os.kill(keeper, signal.SIGCONT)
    wait_for("the keeper to be heard", lambda: "the keeper listens again" in app.errors)
    app.kill_supervisor()
    assert {row["process"]: row["pid"] for row in app.rows()} == pids
    assert app.status()["keeper_pid"] == keeper
    app.stop()
    assert not [pid for pid in pids.values() if proc.alive(pid)]
