"""ctl ps and ctl logs as somebody sees them who looks at a terminal."""

import re

import clocks
from daemon import STAYS
from home import BIN
from terminal import Terminal
from waiting import wait_for


def on_terminal(app, *words, columns=120):
    with Terminal([BIN / "ctl", "-a", "app", *words], app.home.environment, app.directory,
                  columns=columns) as terminal:
        assert terminal.wait_end() == 0
        return terminal.shown.decode().replace("\r\n", "\n")


def plain(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_a_process_that_crashes_is_red_and_says_how_and_when(app):
    app.procfile(alpha="exit 3", bravo=STAYS)
    app.start()
    app.pid("bravo.1")
    wait_for("two crashes", lambda: app.row("alpha.1")["crashes"] == 2)
    shown = on_terminal(app, "ps")
    assert re.search(r"\x1b\[31mcrashed for \d+s \(exit 3\), 2 times, next in \d+s\x1b\[0m", shown)
    assert re.search(r"\x1b\[32mup for \d+s\x1b\[0m", shown)
    row = app.row("bravo.1")
    assert re.search(rf"bravo\.1 +up for \d+s +{row['pid']} +{row['port']}  {STAYS}$",
                     plain(shown), re.M)
    assert re.search(r"^alpha\.1 +crashed for \d+s \(exit 3\), 2 times, next in \d+s +exit 3$",
                     app.ok("ps"), re.M)
    assert "Pid" not in plain(on_terminal(app, "ps", columns=60))
    assert re.search(rf"bravo\.1 .* {row['pid']} +{row['port']} +0  {STAYS}$",
                     app.ok("ps", "--wide"), re.M)


def test_types_of_which_nothing_runs_have_a_line(app):
    app.procfile(alpha=STAYS, css="sass", hourly="echo done")
    app.write("muster.toml", "[hourly]\ncron = '@hourly'\n")
    app.start("-m", "alpha=1", env=clocks.set_to("2026-11-22 10:30:02"))
    app.pid("alpha.1")
    lines = app.ok("ps").splitlines()[2:]
    assert [line.split()[0] for line in lines] == ["alpha.1", "css", "hourly"]
    assert re.fullmatch(r"css +runs no process +sass", lines[1])
    assert re.fullmatch(r"hourly +next in \d+[mhs], (\d\d-\d\d )?\d\d:00 +echo done", lines[2])
    app.ok("stop", "hourly")
    assert "hourly        stopped" in app.ok("ps", "hourly")
    assert [row["process"] for row in app.rows()] == ["alpha.1"], "for programs only processes"


def test_a_type_has_one_colour_on_every_screen(app):
    app.procfile(site=STAYS, worker=STAYS, clock=STAYS)
    with Terminal(app.command(), app.home.environment, app.directory, columns=120) as terminal:
        shown = terminal.wait_shown(b"clock.1")
        for process in ("site.1", "worker.1", "clock.1"):
            app.pid(process)
        shown = terminal.wait_shown(b"worker.1").decode()
        ps, logs = on_terminal(app, "ps"), on_terminal(app, "logs")
        terminal.press(b"\x03")
        assert terminal.wait_end() == 0
    colours = {}
    for kind in ("site", "worker", "clock"):
        found = {re.search(rf"(\x1b\[\d+m)[^\x1b\n]*{kind}\.1", text)[1]
                 for text in (shown, ps, logs)}
        assert len(found) == 1, found
        colours[kind] = found.pop()
    assert len(set(colours.values())) == 3


def test_logs_have_a_short_head_on_a_terminal_and_a_start_is_one_line(app):
    app.procfile(site="echo Listening; " + STAYS)
    app.start()
    app.wait_log("app[site.1]: Listening")
    app.wait_log("muster[site.1]: State changed from starting to up")
    pid = app.row("site.1")["pid"]
    lines = plain(on_terminal(app, "logs")).splitlines()
    of_site = [line for line in lines if "site.1" in line]
    assert [re.sub(r"^\d\d:\d\d:\d\d ", "", line) for line in of_site] == [
        f"site.1 | started with pid {pid}", "site.1 | Listening"]
    assert plain(on_terminal(app, "logs", "-n", "1", "--time", "none", "site")) \
        == "site.1 | Listening\n"
    full = plain(on_terminal(app, "logs", "--time", "full"))
    told = r"muster\[site\.1\]: State changed from down to starting"
    assert re.search(rf"^\d{{4}}-\d\d-\d\dT\S+ {told}$", full, re.M)
    assert "State changed" in plain(on_terminal(app, "logs", "--grep", "State"))
    utc = plain(on_terminal(app, "logs", "--time=utc", "-s", "app"))
    assert utc[:8] == app.ok("logs", "-s", "app")[11:19]
    assert app.ok("logs", "--time", "none", "-s", "app") == "site.1 | Listening\n"
    assert "soon" in app.refused("logs", "--time", "soon", status=2)
