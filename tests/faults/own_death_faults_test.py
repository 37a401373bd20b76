"""Group A beyond kill -9: our own processes abort, stand still or run out of memory."""

import os
import signal

import pytest

import proc
from daemon import COUNTING, STAYS, assert_counts, wait_for_more_lines
from preload import failing_malloc
from waiting import wait_for


def pids(app):
    return {row["process"]: app.pid(row["process"]) for row in app.rows()}


@pytest.mark.row("A4")
def test_an_abort_is_like_any_death(app):
    app.procfile(alpha=COUNTING)
    app.start("-m", "alpha=2")
    before = pids(app)
    for _ in range(3):
        wait_for_more_lines(app)
        supervisor = app.pid_of_supervisor()
        os.kill(supervisor, signal.SIGABRT)
        app.successor(supervisor)
    assert pids(app) == before
    app.ok("stop", "alpha")
    assert_counts(app, "alpha.1", "alpha.2")


@pytest.mark.row("A9", "A10")
def test_a_supervisor_that_stands_still_is_ended_and_replaced(app):
    """One in an endless loop says as little to its keeper as one that was stopped."""
    app.procfile(alpha=COUNTING)
    app.start("-m", "alpha=2")
    before = pids(app)
    wait_for_more_lines(app)
    supervisor = app.pid_of_supervisor()
    os.kill(supervisor, signal.SIGSTOP)
    wait_for("its end", lambda: not proc.alive(supervisor))
    app.successor(supervisor)
    assert pids(app) == before
    wait_for_more_lines(app)
    app.ok("stop", "alpha")
    assert_counts(app, "alpha.1", "alpha.2")


@pytest.mark.row("A13")
def test_a_supervisor_that_cannot_start_is_tried_ever_more_seldom(app, installed):
    """Its program is gone for a while, as in a broken installation."""
    app.procfile(alpha=STAYS)
    app.start()
    keeper, before = app.status()["keeper_pid"], pids(app)
    (installed / "musterd").rename(installed / "away")
    proc.kill(app.pid_of_supervisor())
    switches = int(proc.status(keeper, "voluntary_ctxt_switches"))
    wait_for("some vain starts",
             lambda: int(proc.status(keeper, "voluntary_ctxt_switches")) >= switches + 4)
    assert all(proc.alive(pid) for pid in before.values())
    (installed / "away").rename(installed / "musterd")
    wait_for("the daemon to answer", app.answers)
    assert pids(app) == before


@pytest.mark.row("E69")
@pytest.mark.parametrize("calls", [1, 10, 100, 1000])
def test_memory_that_runs_out_is_at_worst_a_death(app, calls):
    with failing_malloc(app.home.path, "musterd") as (env, fail):
        app.procfile(alpha=COUNTING)
        app.start("-m", "alpha=2", env=env)
        before = pids(app)
        wait_for_more_lines(app)
        fail(calls)
        wait_for_more_lines(app)
        app.ok("scale", "alpha=3")
        app.wait_state("alpha.3", "up")
        assert before.items() <= pids(app).items()
        app.ok("stop", "alpha")
        assert_counts(app, "alpha.1", "alpha.2")
