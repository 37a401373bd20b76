"""Stop means the whole tree: children, children in sessions of their own, and orphans; where a
launch has a cgroup of its own, and where it has none."""

import proc
import pytest
from daemon import STAYS
from waiting import wait_for

TREE = ("sleep 1001 & setsid sleep 1002 & (setsid sh -c 'sleep 1003 & sleep 1004' &) ; "
        "sh -c 'trap \"\" TERM HUP INT; setsid sleep 1005 & wait' & echo Ready; wait")


def members(app, name):
    return [proc.command(pid) for pid in app.tree(name)]


@pytest.fixture(params=["cgroups", "no cgroups"], autouse=True)
def way(request, home):
    if request.param == "no cgroups":
        home.environment["MUSTER_NO_CGROUP"] = "1"


@pytest.fixture
def forest(app):
    app.procfile(worker=TREE, other="exec sleep 1000")
    app.start("-t", 2)
    wait_for("the whole tree", lambda: all(
        f"sleep 100{n}" in members(app, "worker.1") for n in (1, 2, 3, 4, 5)))
    return app


@pytest.mark.row("B22")
@pytest.mark.asan
def test_stop(forest):
    forest.ok("stop", "worker.1")
    forest.wait_state("worker.1", "down")
    assert members(forest, "worker.1") == []
    assert forest.row("other.1")["state"] == "up"


@pytest.mark.row("B22")
def test_shutdown(forest):
    assert forest.stop() == 0
    assert forest.home.processes == []


def test_a_restart_never_runs_two_trees(forest):
    pid = forest.pid("worker.1")
    forest.ok("restart", "worker.1")
    forest.replaced("worker.1", pid)
    wait_for("the whole new tree", lambda: "sleep 1005" in members(forest, "worker.1"))
    assert sorted(members(forest, "worker.1")).count("sleep 1002") == 1


@pytest.mark.row("B22")
def test_a_child_without_its_environment(app, mark):
    app.procfile(worker=f"env -i setsid tail -s {mark} -f /dev/null & wait")
    app.start("-t", 2)
    wait_for("the child", lambda: proc.stayers(mark))
    app.ok("stop", "worker.1")
    assert proc.stayers(mark) == []


def test_an_orphan_that_nothing_ties_to_its_launch_ends_with_the_daemon(app, mark):
    app.procfile(worker=f"env -i sh -c 'setsid tail -s {mark} -f /dev/null &'; " + STAYS)
    app.start("-t", 2)
    wait_for("the orphan", lambda: proc.stayers(mark))
    assert app.stop() == 0
    assert proc.stayers(mark) == []


def test_a_crash_takes_its_survivors_along(app):
    app.procfile(worker="setsid sleep 1001 & echo started; exec sleep 1000")
    app.start("-t", 2)
    pid = app.pid("worker.1")
    wait_for("the child", lambda: "sleep 1001" in members(app, "worker.1"))
    proc.kill(pid)
    app.replaced("worker.1", pid)
    wait_for("one child again", lambda: members(app, "worker.1").count("sleep 1001") == 1)
