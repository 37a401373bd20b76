"""ctl run on a terminal: the one-off has one of its own, and ours is its screen and keyboard."""

import os
import shutil
import termios

import pytest
from daemon import STAYS
from home import BIN
from programs import need
from terminal import Terminal
from waiting import wait_for

LOCAL_FLAGS = 3


@pytest.fixture
def running(app):
    app.procfile(worker=STAYS)
    return app.start()


def run(app, *words):
    return Terminal([BIN / "ctl", "-a", "app", "run", *words], app.home.environment,
                    app.directory, columns=100)


def modes(terminal):
    return termios.tcgetattr(terminal.fd)


@pytest.mark.asan
def test_it_has_a_terminal_of_the_same_size(running):
    with run(running, "--", "sh", "-c", "tty; stty size; echo $TERM; exec 2>&1; "
             "test -t 0 && test -t 1 && test -t 2 && echo all three; exit 7") as terminal:
        assert terminal.wait_end() == 7
        shown = terminal.shown.decode().split("\r\n")
    assert shown[0].endswith(" attached to terminal... up, run.1")
    assert shown[1] == "/dev/console"
    assert shown[2:] == ["50 100", "xterm", "all three", ""]


def test_keys_go_through_as_they_are_pressed(running):
    with run(running, "--", shutil.which("python3", path="/usr/bin"), "-q") as terminal:
        terminal.wait_shown(b">>> ")
        terminal.press(b"print(6 * 7)\n")
        # Python does not see a Ctrl-C that comes just before it waits for keys: it has to wait.
        terminal.wait_shown(b"\r\n42\r\n>>> ")
        terminal.press(b"print('half")
        terminal.wait_shown(b"print('half")
        terminal.press(b"\x03")
        terminal.wait_shown(b"KeyboardInterrupt")
        terminal.press(b"\x04")
        assert terminal.wait_end() == 0


@pytest.mark.asan
def test_ctrl_c_is_for_the_one_off(running):
    with run(running, "--", "sh", "-c", "trap 'echo got INT; exit 5' INT; echo ready; "
             "tail -f /dev/null & wait") as terminal:
        terminal.wait_shown(b"\r\nready")
        terminal.press(b"\x03")
        assert terminal.wait_end() == 5
        assert b"got INT" in terminal.shown


def test_it_learns_that_the_window_has_another_size(running):
    with run(running, "--", "sh", "-c", "trap 'stty size; exit 0' WINCH; echo ready; "
             "tail -f /dev/null & wait") as terminal:
        terminal.wait_shown(b"\r\nready")
        terminal.resize(33, 77)
        terminal.wait_shown(b"33 77")
        assert terminal.wait_end() == 0


@pytest.mark.parametrize("program", ["less", "vi", "top"])
def test_programs_that_draw_on_the_screen(running, program):
    need(program)
    running.write("text", "".join(f"line {n}\n" for n in range(1, 200)))
    words, seen, keys = {"less": (["text"], b"line 1\r\n", b"q"),
                         "vi": (["text"], b"line 1", b":q\r"),
                         "top": ([], b"PID", b"q")}[program]
    with run(running, "--", program, *words) as terminal:
        terminal.wait_shown(seen)
        terminal.press(keys)
        assert terminal.wait_end() == 0


@pytest.mark.asan
def test_our_terminal_is_afterwards_as_it_was(running):
    with run(running, "--", "sh", "-c", "echo ready; read x") as terminal:
        terminal.wait_shown(b"\r\nready")
        wait_for("each key to go through", lambda:
                 not modes(terminal)[LOCAL_FLAGS] & (termios.ICANON | termios.ISIG))
        terminal.press(b"\n")
        assert terminal.wait_end() == 0
        assert modes(terminal) == terminal.modes


def test_when_our_terminal_goes_away_it_is_ended(running):
    with run(running, "--", "sh", "-c", f"echo ready; {STAYS}") as terminal:
        terminal.wait_shown(b"\r\nready")
        assert running.tree("run.1")
        os.close(terminal.fd)
        terminal.fd = os.open("/dev/null", os.O_RDONLY)
        wait_for("the one-off to end", lambda: not running.tree("run.1"))
        assert terminal.process.wait(30) == 129


def test_a_killed_supervisor_leaves_our_terminal_as_it_was(running):
    with run(running, "--", "sh", "-c", f"echo ready; {STAYS}") as terminal:
        terminal.wait_shown(b"\r\nready")
        running.kill_supervisor()
        terminal.press(b"\x03")
        assert terminal.wait_end() == 130
        assert modes(terminal) == terminal.modes
        wait_for("the one-off to end", lambda: not running.tree("run.1"))


def test_pipes_are_used_where_a_terminal_is_not_wanted(running):
    with run(running, "--no-tty", "--", "sh", "-c", "test -t 0 || echo none") as terminal:
        assert terminal.wait_end() == 0
        assert terminal.shown.endswith(b"none\r\n")
