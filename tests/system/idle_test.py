"""A daemon whose children are idle sleeps: at most one wake-up a second."""

import time

import pytest

import proc
from waiting import wait_for


def wake_ups(pid):
    return int(proc.status(pid, "voluntary_ctxt_switches"))


@pytest.mark.row("E76")
def test_wake_ups(app):
    app.procfile(worker="exec sleep 1000")
    app.start("-m", "worker=50")
    app.pid("worker.50")
    pid = app.pid_of_supervisor()
    wait_for("quiet after the start", lambda: quiet(pid))
    before, began = wake_ups(pid), time.monotonic()
    wait_for("five seconds to pass", lambda: time.monotonic() - began >= 5)
    passed = time.monotonic() - began
    assert (wake_ups(pid) - before) / passed <= 1.2


def quiet(pid):
    """No wake-up within half a second."""
    before, began = wake_ups(pid), time.monotonic()
    wait_for("half a second", lambda: time.monotonic() - began >= 0.5)
    return wake_ups(pid) - before <= 1
