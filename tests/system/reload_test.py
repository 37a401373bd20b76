"""ctl reload reads Procfile and .env again and restarts only what changed."""

import pytest

SHOW = "echo \"$PS sees $COLOUR\"; exec sleep 1000"


@pytest.fixture
def running(app):
    app.procfile(alpha=SHOW, bravo="exec sleep 1000")
    app.start()
    app.wait_states({"alpha.1": "up", "bravo.1": "up"})
    return app


def pids(app):
    return {row["process"]: row["pid"] for row in app.rows()}


def test_nothing_changed(running):
    before = pids(running)
    running.ok("reload")
    assert pids(running) == before


@pytest.mark.asan
def test_a_changed_command(running):
    before = pids(running)
    running.procfile(alpha="echo new; exec sleep 1000", bravo="exec sleep 1000")
    assert "alpha" in running.ok("reload")
    running.wait_log("app[alpha.1]: new")
    assert running.replaced("alpha.1", before["alpha.1"])["command"] == "echo new; exec sleep 1000"
    assert running.row("bravo.1")["pid"] == before["bravo.1"]


def test_a_changed_environment_restarts_all(running):
    before = pids(running)
    running.write(".env", "COLOUR=blue\n")
    running.ok("reload")
    running.wait_log("app[alpha.1]: alpha.1 sees blue")
    for name, pid in before.items():
        running.replaced(name, pid)


def test_types_come_and_go(running):
    running.procfile(alpha=SHOW, charlie="exec sleep 1000")
    running.ok("reload")
    running.wait_log("muster[bravo.1]: State changed from stopping to down")
    assert running.formation() == "alpha=1 charlie=0"
    running.ok("scale", "charlie=1")
    running.pid("charlie.1")


def test_a_bad_file_changes_nothing_and_says_why(running):
    before = pids(running)
    running.write("Procfile", "nothing useful\n")
    assert "Procfile" in running.refused("reload")
    assert pids(running) == before
    (running.directory / "Procfile").unlink()
    running.refused("reload")
    assert pids(running) == before
