"""ctl ps: the table of the seeds, and the same for programs."""

import re

from daemon import STAYS
from home import BIN
from terminal import Terminal


def test_the_table(app):
    app.procfile(worker="exec sleep 1000", bravo="exec sleep 2000")
    app.start("-m", "worker=11,bravo=1")
    app.pid("worker.11")
    app.pid("bravo.1")
    lines = app.ok("ps").splitlines()
    assert lines[0] == "Process       State               Command"
    assert lines[1] == "------------  ------------------  ------------------------------"
    rows = [re.fullmatch(r"(\S+) +up for (\d+)s +(exec sleep \d000)", line) for line in lines[2:]]
    assert [row[1] for row in rows] == ["bravo.1"] + [f"worker.{n}" for n in range(1, 12)]
    assert re.match(r"worker\.1      up for \d+s           exec sleep 1000", lines[3])


def test_json(app):
    app.procfile(worker="exec sleep 1000")
    app.start()
    app.pid("worker.1")
    row, = app.rows()
    assert row["process"] == "worker.1"
    assert row["state"] == "up"
    assert row["pid"] in app.home.processes
    assert row["restarts"] == 0
    assert row["port"] == app.home.port
    assert row["command"] == "exec sleep 1000"
    assert re.match(r"\d{4}-\d\d-\d\dT", row["since"])


def test_names_choose(app):
    app.procfile(alpha="exec sleep 1000", bravo="exec sleep 1000")
    app.start("-m", "alpha=2,bravo=2")
    app.pid("alpha.2")
    assert [row["process"] for row in app.rows("bravo", "alpha.2")] == [
        "alpha.2", "bravo.1", "bravo.2"]


def test_a_long_command_is_cut_to_the_terminal(app):
    command = "exec sleep 1000 " + "2000 " * 20
    app.procfile(worker=command.strip())
    app.start()
    app.pid("worker.1")
    assert app.ok("ps").splitlines()[2].endswith(command.strip())
    with Terminal([BIN / "ctl", "-a", "app", "ps"], app.home.environment, app.directory,
                  columns=100) as terminal:
        assert terminal.wait_end() == 0
        row = re.sub(r"\x1b\[\d*m", "", terminal.shown.decode().splitlines()[2])
    assert row.endswith("200..") and len(row) == 100


def test_nothing_runs(app):
    app.procfile(worker=STAYS)
    app.start("-m", "worker=0")
    line, = app.ok("ps").splitlines()[2:]
    assert re.fullmatch(r"worker +runs no process +" + STAYS, line)


def test_an_unknown_name(app):
    app.procfile(worker="exec sleep 1000")
    app.start()
    assert "zookeeper" in app.refused("ps", "zookeeper")


def test_watching_shows_what_changes_until_the_daemon_ends(app):
    app.procfile(alpha=STAYS)
    app.start("-m", "alpha=1")
    app.pid("alpha.1")
    with app.begin("ps", "--watch", text=True) as watch:
        def seen(part):
            return next(line for line in watch.stdout if part in line)
        assert " up for " in seen("alpha.1")
        app.ok("scale", "alpha=2")
        assert seen("alpha.2")
        app.ok("shutdown")
        assert watch.wait(30) == 3
