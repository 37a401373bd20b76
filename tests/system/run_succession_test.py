"""ctl run over successions: neither the one-off nor its client notices that the supervisor is
another one."""

import os
import signal
import threading

import pytest
from daemon import STAYS
from home import BIN
from terminal import Terminal
from waiting import PATIENCE, wait_for

ECHO = ("import sys\n"
        "for line in sys.stdin: print('got', line, end='', flush=True)\n"
        "print('end', flush=True)\n"
        "sys.exit(7)\n")


@pytest.fixture
def running(app):
    app.procfile(worker=STAYS)
    app.write("echo.py", ECHO)
    return app.start()


def succeed(app, how):
    before = app.pid_of_supervisor()
    if how == "upgrade":
        app.ok("upgrade")
    else:
        os.kill(before, signal.SIGKILL)
    app.successor(before)


def talk(ctl, word):
    ctl.stdin.write(word + "\n")
    ctl.stdin.flush()
    assert ctl.stdout.readline() == f"got {word}\n"


HOWS = pytest.mark.parametrize("how", ["upgrade", "kill"])


@HOWS
@pytest.mark.row("A154")
def test_pipes_stay_open_and_input_and_status_get_through(running, how):
    ctl = running.begin("run", "--", "python3", "-u", "echo.py", text=True, stdin=-1)
    talk(ctl, "first")
    pid = running.pid("run.1")
    for number in range(3):
        succeed(running, how)
        talk(ctl, f"again {number}")
    assert running.pid("run.1") == pid
    ctl.stdin.close()
    assert ctl.stdout.read() == "end\n"
    assert ctl.wait(60) == 7
    lines = "\n".join(running.logs("-n", "1000", "-p", "run.1"))
    assert "Client connection closed" not in lines
    assert "Process exited with status 7" in lines


@HOWS
@pytest.mark.row("A154")
def test_a_terminal_is_not_hung_up(running, how):
    with Terminal([BIN / "ctl", "-a", "app", "run", "--", "python3", "-q"],
                  running.home.environment, running.directory) as terminal:
        terminal.wait_shown(b">>> ")
        pid = running.pid("run.1")
        for number in range(3):
            succeed(running, how)
            terminal.press(b"print('after', %d + 1)\n" % number)
            terminal.wait_shown(b"\r\nafter %d\r\n" % (number + 1))
        assert running.pid("run.1") == pid
        terminal.press(b"exit(9)\n")
        assert terminal.wait_end() == 9


@HOWS
def test_its_end_meanwhile_is_told(running, how):
    gate = running.gate("gate")
    ctl = running.begin("run", "--shared", "--", "sh", "-c",
                        "echo ready; read x < gate; echo over; exit 5", text=True)
    assert ctl.stdout.readline() == "ready\n"
    before = running.pid_of_supervisor()
    gate.open()
    if how == "upgrade":
        running.ok("upgrade")
    else:
        os.kill(before, signal.SIGKILL)
    assert ctl.stdout.read() == "over\n"
    assert ctl.wait(60) == 5


# Takes a part of its input, and then waits until it may go on.
STOPPING = ("import os\n"
            "def take():\n"
            "    data = os.read(0, 4096)\n"
            "    os.write(1, data)\n"
            "    return data\n"
            "for gate in ('first', 'second'):\n"
            "    for _ in range(20): take()\n"
            "    open(gate, 'rb', buffering=0).read(1)\n"
            "while take(): pass\n")


@HOWS
def test_much_input_is_passed_on_whole(running, how):
    """The pipe is full whenever the supervisor goes."""
    data = b"".join(b"%07d\n" % number for number in range(100_000))
    running.write("stopping.py", STOPPING)
    gates = [running.gate("first"), running.gate("second")]
    ctl = running.begin("run", "--shared", "--", "python3", "stopping.py", stdin=-1)
    got = []
    reader = threading.Thread(target=lambda: got.append(ctl.stdout.read()))
    writer = threading.Thread(target=lambda: (ctl.stdin.write(data), ctl.stdin.close()))
    reader.start()
    writer.start()
    wait_for("it to run", lambda: running.tree("run.1"))
    for gate in gates:
        with gate.writer() as go:
            succeed(running, how)
            go.write(b"\n")
    reader.join(PATIENCE)
    writer.join(PATIENCE)
    assert ctl.wait(PATIENCE) == 0
    numbers = got[0].split()
    assert numbers[-1] == b"0099999"
    if how == "upgrade":
        assert got[0] == data


@HOWS
def test_signals_go_to_it_as_before(running, how):
    ctl = running.begin("run", "--", "python3", "-u", "echo.py", text=True, stdin=-1)
    talk(ctl, "before")
    succeed(running, how)
    talk(ctl, "after")
    ctl.send_signal(signal.SIGTERM)
    assert ctl.wait(60) == 128 + signal.SIGTERM


def test_one_that_was_not_heard_of_is_started_once(running):
    """The supervisor is stopped, so that the request waits for one that then dies."""
    before = running.pid_of_supervisor()
    os.kill(before, signal.SIGSTOP)
    ctl = running.begin("run", "--shared", "--", "sh", "-c", "echo once >> times; echo done",
                        text=True)
    os.kill(before, signal.SIGKILL)
    assert ctl.stdout.read() == "done\n"
    assert ctl.wait(60) == 0
    assert (running.directory / "times").read_text() == "once\n"
