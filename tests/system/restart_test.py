"""ctl restart replaces processes, by type, by name or all of them."""

import pytest


@pytest.fixture
def running(app):
    app.procfile(alpha="exec sleep 1000", bravo="exec sleep 1000")
    app.start("-m", "alpha=2,bravo=1")
    app.wait_states({"alpha.1": "up", "alpha.2": "up", "bravo.1": "up"})
    return app


def pids(app):
    return {row["process"]: row["pid"] for row in app.rows()}


@pytest.mark.asan
def test_all(running):
    before = pids(running)
    assert running.ok("restart") == "Restarting processes... done\n"
    for name, pid in before.items():
        running.replaced(name, pid)


def test_a_type(running):
    before = pids(running)
    assert running.ok("restart", "alpha") == "Restarting alpha processes... done\n"
    for name in ("alpha.1", "alpha.2"):
        running.replaced(name, before[name])
    assert running.row("bravo.1")["pid"] == before["bravo.1"]


def test_a_process(running):
    before = pids(running)
    assert running.ok("restart", "alpha.2") == "Restarting alpha.2 process... done\n"
    running.replaced("alpha.2", before["alpha.2"])
    assert running.row("alpha.1")["pid"] == before["alpha.1"]


def test_an_unknown_name_changes_nothing(running):
    before = pids(running)
    assert "zookeeper" in running.refused("restart", "alpha", "zookeeper")
    running.refused("restart", "alpha.3")
    assert pids(running) == before


def test_a_restart_is_not_a_crash(running):
    pid = running.pid("alpha.1")
    running.ok("restart", "alpha.1")
    running.replaced("alpha.1", pid)
    lines = running.logs("-p", "alpha.1")
    assert not any("crashed" in line for line in lines)
    assert "muster[alpha.1]: Process exited with status 143" in lines


def test_it_ends_a_back_off(app):
    app.procfile(alpha="[ -f ok ] && exec sleep 1000; exit 1")
    app.start()
    app.wait_log("muster[alpha.1]: Process exited with status 1", count=2)
    app.write("ok", "")
    app.ok("restart", "alpha.1")
    app.pid("alpha.1")
