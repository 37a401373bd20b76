"""ctl top: live on a terminal, one picture elsewhere."""

import pytest

from daemon import STAYS
from home import BIN
from terminal import Terminal


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
    assert float(lines[3].split()[4]) > 1


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
