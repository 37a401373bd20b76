"""musterd in the foreground prints every line with time, process and colour."""

import re

from terminal import Terminal


def test_lines_look_like_the_first_seed(app):
    app.procfile(web="echo Listening; exec sleep 1000", worker="echo Ready; exec sleep 1000")
    app.start()
    output = app.wait_output("worker.1  | Ready")
    pid = app.row("worker.1")["pid"]
    assert re.search(rf"^\d\d:\d\d:\d\d worker\.1  \| started with pid {pid}$", output, re.M)
    assert re.search(r"^\d\d:\d\d:\d\d web\.1     \| Listening$", app.wait_output("Listening"),
                     re.M)


def test_the_column_is_wide_enough_for_what_is_scaled_in_later(app):
    app.procfile(worker="echo Ready; exec sleep 1000")
    app.start()
    app.ok("scale", "worker=12")
    output = app.wait_output("worker.12 | Ready")
    assert "worker.1  | Ready" in output


def test_no_timestamp(app):
    app.procfile(worker="echo Ready; exec sleep 1000")
    app.start("--no-timestamp")
    assert "\nworker.1  | Ready\n" in "\n" + app.wait_output("| Ready")


def test_no_colour_into_a_pipe(app):
    app.procfile(worker="echo Ready; exec sleep 1000")
    app.start()
    assert "\x1b" not in app.wait_output("| Ready")


def test_colour_on_a_terminal_unless_told_otherwise(app):
    app.procfile(alpha="echo Ready; exec sleep 1000", bravo="echo Ready; exec sleep 1000")
    home = app.home
    with Terminal(app.command(), home.environment, app.directory) as terminal:
        terminal.wait_shown(b"bravo.1")
        shown = terminal.wait_shown(b"Ready")
        terminal.press(b"\x03")
        assert terminal.wait_end() == 0
    colours = set(re.findall(rb"\x1b\[(\d+)m\d\d:\d\d:\d\d (?:alpha|bravo)", shown))
    assert len(colours) == 2, "a colour per type"
    with Terminal(app.command("--no-color"), home.environment, app.directory) as terminal:
        shown = terminal.wait_shown(b"Ready")
        terminal.press(b"\x03")
        assert terminal.wait_end() == 0
    assert b"\x1b[" not in shown
