"""The process type `release`: it has to succeed before a release is made."""

import pytest
from daemon import STAYS
from waiting import wait_for

MIGRATES = "echo migrates with $COLOUR as $PS; read x < gate; echo over; exit $(cat status)"


@pytest.fixture
def migrating(app):
    app.write("status", "0")
    app.gate("gate")
    app.procfile(alpha="echo runs with $COLOUR; " + STAYS, release=MIGRATES)
    app.start()
    app.wait_states({"alpha.1": "up"})
    return app


def let_it_end(app, status=0):
    app.write("status", str(status))
    with open(app.directory / "gate", "wb") as gate:
        gate.write(b"\n")


def test_it_runs_before_the_others_are_restarted(migrating):
    assert migrating.formation() == "alpha=1 release=0"
    pid = migrating.pid("alpha.1")
    change = migrating.begin("config", "set", "COLOUR=red", text=True)
    migrating.wait_log("app[release.1]: migrates with red as release.1")
    assert migrating.pid("alpha.1") == pid and change.poll() is None
    assert migrating.states() == {"alpha.1": "up", "release.1": "up"}
    let_it_end(migrating)
    out, _ = change.communicate(timeout=60)
    assert change.returncode == 0 and "done, v1" in out
    migrating.replaced("alpha.1", pid)
    migrating.wait_log("app[alpha.1]: runs with red")


def test_if_it_fails_nothing_changes(migrating):
    pid = migrating.pid("alpha.1")
    change = migrating.begin("config", "set", "COLOUR=red", text=True)
    migrating.wait_log("app[release.1]: migrates with red as release.1")
    let_it_end(migrating, 3)
    _, err = change.communicate(timeout=60)
    assert change.returncode == 1
    assert "Release v1 was not made: release.1 ended with status 3" in err
    assert migrating.pid("alpha.1") == pid
    assert migrating.ok("config", "--json").strip() == "{}"
    assert migrating.ok("releases", "--json").strip() == "[]"


def test_who_dies_meanwhile_neither_ends_nor_doubles_it(migrating):
    change = migrating.begin("config", "set", "COLOUR=red", text=True)
    migrating.wait_log("app[release.1]: migrates with red as release.1")
    first = migrating.pid("release.1")
    migrating.kill_supervisor()
    assert migrating.pid("release.1") == first
    # The change was lost, and is asked for again: it waits for the one that still runs.
    let_it_end(migrating)
    wait_for("the next one", lambda: any(
        row["process"] == "release.1" and row["pid"] not in (None, first)
        for row in migrating.rows()))
    let_it_end(migrating)
    out, err = change.communicate(timeout=60)
    assert change.returncode == 0, err
    assert "done, v1" in out
    lines = migrating.logs("-n", 1000)
    assert lines.count("app[release.1]: migrates with red as release.1") == 2
