"""Colours and progress of programs on a terminal, in `musterd` and `ctl logs` alike."""

import re
import sys

import pytest

from home import BIN
from terminal import Terminal

# As nodemon 3 prints without a terminal, as vite 8 clears the screen, and a progress bar.
PROGRAM = r"""
import signal, sys
out = sys.stdout.buffer
out.write(b"\x1b[33m[nodemon] 3.1.14\x1b[39m\n")
out.write(b"\n" * 25 + b"\x1b[1;1H\x1b[0J\n" + b"\n" * 25 + b"\x1b[1;1H\x1b[0J")
out.write(b"\x1b[32m\x1b[1mVITE\x1b[22m\x1b[39m ready\n")
out.write(b"\rprogress  10%\rprogress  20%\rprogress 100%\n")
out.write(b"\x1b[31mopen\nevil \x1b]0;title\x07 \x1b[8mhidden \x1b[2J \xc2\x9b31m \xff\n")
out.write(b"last\n")
out.flush()
signal.pause()
"""
EVIL = rb"evil \x1b]0;title\x07 \x1b[8mhidden \x1b[2J \xc2\x9b31m \xff"


@pytest.fixture
def dev(app):
    app.write("program.py", PROGRAM)
    app.procfile(css=f"exec {sys.executable} program.py")
    return app


def on_terminal(app, command, last, env=None):
    """Lines of css as they are shown."""
    environment = {**app.home.environment, **(env or {})}
    with Terminal(command, environment, app.directory) as terminal:
        shown = terminal.wait_shown(last)
        if "logs" not in command:
            terminal.press(b"\x03")
        assert terminal.wait_end() == 0
    return [line for line in shown.split(b"\r\n") if b"css.1" in line]


def logs(*options):
    return [BIN / "ctl", "-a", "app", "logs", "-s", "app", *options]


def check_coloured(lines):
    texts = [re.sub(rb"^.*?css\.1.*?\x1b\[0m *", b"", line) for line in lines]
    assert b"\x1b[33m[nodemon] 3.1.14\x1b[39m\x1b[0m" in texts
    assert b"\x1b[32m\x1b[1mVITE\x1b[22m\x1b[39m ready\x1b[0m" in texts
    assert b"progress 100%" in texts
    assert b"\x1b[31mopen\x1b[0m" in texts
    assert EVIL in texts
    assert texts.count(b"") <= 1, "what the clearing of a screen leaves"
    for line in lines:
        assert not re.search(rb"\x1b(?!\[[0-9;]*m)|[\x00-\x08\x0b-\x1a\x7f]", line), line


def check_plain(lines):
    assert not any(b"\x1b" in line for line in lines)
    assert any(line.endswith(b" [nodemon] 3.1.14") for line in lines)
    assert any(line.endswith(b" progress 100%") for line in lines)
    assert any(line.endswith(EVIL) for line in lines)


def test_musterd_on_a_terminal(dev):
    check_coloured(on_terminal(dev, dev.command(), b"last"))
    check_plain(on_terminal(dev, dev.command("--color", "never"), b"last"))


def test_logs_on_a_terminal(dev):
    dev.start()
    dev.wait_log("app[css.1]: last")
    check_coloured(on_terminal(dev, logs(), b"last"))
    check_plain(on_terminal(dev, logs("--no-color"), b"last"))
    check_plain(on_terminal(dev, logs("--color=never"), b"last", {"FORCE_COLOR": "1"}))
    check_plain(on_terminal(dev, logs(), b"last", {"NO_COLOR": "1"}))
    check_coloured(on_terminal(dev, logs(), b"last", {"NO_COLOR": ""}))
    check_coloured(on_terminal(dev, logs("--color=always"), b"last", {"NO_COLOR": "1"}))


def test_logs_in_a_pipe_are_the_bytes_unless_colour_is_on(dev):
    dev.start()
    dev.wait_log("app[css.1]: last")
    for env in ({}, {"FORCE_COLOR": "0"}, {"FORCE_COLOR": ""},
                {"FORCE_COLOR": "1", "NO_COLOR": "1"}):
        raw = dev.ok("logs", "-s", "app", text=False, env=env)
        assert b"app[css.1]: \rprogress  10%\rprogress  20%\rprogress 100%\n" in raw
        assert b"\x1b[8mhidden \x1b[2J \xc2\x9b31m \xff\n" in raw
    forced = dev.ok("logs", "-s", "app", text=False, env={"FORCE_COLOR": "1"})
    check_coloured(forced.splitlines())
    assert dev.ok("--color=always", "logs", "-s", "app", text=False) == forced


def test_musterd_in_a_pipe(dev):
    dev.start()
    assert "[nodemon] 3.1.14\x1b[39m\n" in dev.wait_output("last")
    dev.stop()
    dev.output_file.unlink()
    dev.start(env={"FORCE_COLOR": "1"})
    dev.wait_output("last")
    check_coloured([line for line in dev.output_file.read_bytes().splitlines()
                    if b"css.1" in line])


def test_a_wish_that_is_none_of_the_three(dev):
    assert "sometimes" in dev.refused("logs", "--color=sometimes", status=2)
