"""ctl stop keeps a process down until start, restart or a new daemon."""

import pytest
from waiting import stays


@pytest.fixture
def running(app):
    app.procfile(alpha="exec sleep 1000", bravo="exec sleep 1000")
    app.start("-m", "alpha=2,bravo=1")
    app.wait_states({"alpha.1": "up", "alpha.2": "up", "bravo.1": "up"})
    return app


@pytest.mark.asan
def test_stop_and_start_a_process(running):
    assert running.ok("stop", "alpha.2") == "Stopping alpha.2 process... done\n"
    running.wait_state("alpha.2", "down")
    stays("down", lambda: running.states()["alpha.2"] == "down", 0.5)
    assert running.formation() == "alpha=2 bravo=1", "the wish stays"
    assert running.tree("alpha.2") == []
    assert running.ok("start", "alpha.2") == "Starting alpha.2 process... done\n"
    running.pid("alpha.2")


def test_stop_a_type_and_restart_it(running):
    assert running.ok("stop", "alpha") == "Stopping alpha processes... done\n"
    running.wait_states({"alpha.1": "down", "alpha.2": "down", "bravo.1": "up"})
    running.ok("restart", "alpha")
    running.wait_states({"alpha.1": "up", "alpha.2": "up", "bravo.1": "up"})


def test_scaling_another_type_does_not_wake_it(running):
    running.ok("stop", "alpha.1")
    running.wait_state("alpha.1", "down")
    running.ok("scale", "bravo=2")
    running.pid("bravo.2")
    assert running.row("alpha.1")["state"] == "down"


def test_a_new_daemon_starts_it_again(running):
    running.ok("stop", "alpha.1")
    running.wait_state("alpha.1", "down")
    running.stop()
    running.start()
    running.pid("alpha.1")


def test_again_and_again_is_fine(running):
    for _ in range(2):
        running.ok("stop", "bravo.1")
    running.wait_state("bravo.1", "down")
    for _ in range(2):
        running.ok("start", "bravo.1")
    running.pid("bravo.1")


def test_errors(running):
    running.refused("stop", status=2)
    assert "zookeeper" in running.refused("stop", "zookeeper")
    assert "alpha.7" in running.refused("start", "alpha.7")
    assert set(running.states().values()) == {"up"}
