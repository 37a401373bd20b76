"""Row B32: a process that SIGKILL does not reach holds nobody else up.

One that waits in the kernel for a dead disk or a hung network file system cannot be had at will; a
frozen one of a cgroup of version 1 is the same to us: it takes no signal until it is thawed."""

import os
import pathlib

import pytest

from daemon import STAYS
from waiting import wait_for

FREEZER = pathlib.Path("/sys/fs/cgroup/freezer")


@pytest.fixture
def frozen(request):
    """Freezes a process until the test is over, or until `thaw`."""
    if not os.access(FREEZER / "cgroup.procs", os.W_OK):
        pytest.skip("no freezer of version 1 that may be written")
    group = FREEZER / f"muster-test-{os.getpid()}"
    group.mkdir()
    state = group / "freezer.state"

    def freeze(pid):
        (group / "cgroup.procs").write_text(str(pid))
        state.write_text("FROZEN")
        wait_for("it to be frozen", lambda: state.read_text() == "FROZEN\n")

    freeze.thaw = lambda: state.write_text("THAWED")
    yield freeze
    freeze.thaw()
    wait_for("the cgroup to be empty", lambda: not (group / "cgroup.procs").read_text())
    group.rmdir()


@pytest.mark.row("B32")
def test_a_process_that_sigkill_does_not_reach_is_told_and_holds_nobody_up(app, frozen):
    app.procfile(alpha=STAYS, beta=STAYS)
    app.write("muster.toml", "[alpha]\ngrace = '100ms'\n")
    app.start("-m", "alpha=1,beta=2")
    app.wait_states({"alpha.1": "up", "beta.1": "up", "beta.2": "up"})
    frozen(app.pid("alpha.1"))
    stopping = app.begin("stop", "alpha")
    told = "At least one process is still there "
    wait_for("the daemon to tell", lambda: any(told in line for line in app.logs("-p", "alpha")))
    assert app.row("alpha.1")["state"] == "stopping"
    old = app.pid("beta.1")
    app.ok("restart", "beta.1")
    app.replaced("beta.1", old)
    app.ok("stop", "beta.2")
    assert stopping.poll() is None
    frozen.thaw()
    assert stopping.wait(60) == 0
    assert app.row("alpha.1")["state"] == "down"
