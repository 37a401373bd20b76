"""ctl top: live on a terminal, one picture elsewhere."""

import pytest

from daemon import STAYS
from home import BIN
from terminal import Terminal
from waiting import wait_for


@pytest.fixture
def running(app):
    app.procfile(busy="while :; do :; done", idle=STAYS)
    return app.start("-m", "busy=1,idle=1")


def top(app, *words):
    return Terminal([BIN / "ctl", "-a", "app", "top", *words], app.home.environment,
                    app.directory, columns=120)


def test_on_no_terminal_one_picture_with_the_busiest_first(running):
    running.pid("busy.1")
    lines = running.ok("top", "-d", "0.5").splitlines()
    assert lines[0].startswith("2 of 2 processes up, CPU ")
    assert [line.split()[0] for line in lines[2:]] == ["Process", "busy.1", "idle.1"]
    assert float(lines[3].split()[2]) > 1


def test_live_until_q_and_the_terminal_is_as_it_was(running):
    with top(running, "-d", "0.1") as terminal:
        terminal.wait_shown(b"idle.1")
        running.ok("scale", "idle=2")
        terminal.wait_shown(b"idle.2")
        terminal.press(b"q")
        assert terminal.wait_end() == 0
        assert terminal.shown.endswith(b"\x1b[?25h\x1b[?1049l")


def test_ctrl_c_and_the_end_of_the_daemon_end_it(running):
    with top(running) as terminal:
        terminal.wait_shown(b"idle.1")
        terminal.press(b"\x03")
        assert terminal.wait_end() == 0
    with top(running, "-d", "0.1", "idle") as terminal:
        terminal.wait_shown(b"idle.1")
        assert b"busy.1" not in terminal.shown
        running.stop()
        assert terminal.wait_end() == 3


def first_of(terminal):
    """The process that stands first in the last whole picture."""
    pictures = terminal.read().split(b"\x1b[H")
    picture = pictures[-2] if len(pictures) > 1 else b""
    places = [(picture.find(word), word) for word in (b"busy.1", b"idle.1") if word in picture]
    return min(places)[1] if len(places) == 2 else None


def test_keys_sort_as_in_other_tops_and_the_command_fits(running):
    with Terminal([BIN / "ctl", "-a", "app", "top", "-d", "0.1"], running.home.environment,
                  running.directory, columns=80) as terminal:
        terminal.wait_shown(b"by processor; keys: ")
        terminal.wait_shown(b"while :; do :; done")
        wait_for("the busiest first", lambda: first_of(terminal) == b"busy.1")
        terminal.press(b"r")
        wait_for("the other way round", lambda: first_of(terminal) == b"idle.1")
        for key, name in ((b"M", b"by memory"), (b"t", b"by age"), (b"s", b"by restarts"),
                          (b"N", b"by name"), (b"P", b"by processor")):
            terminal.press(key)
            terminal.wait_shown(name + b"; keys")
        terminal.press(b"Q")
        assert terminal.wait_end() == 0
