"""Ctrl-C ends the app in order: SIGTERM, grace, SIGKILL; a second Ctrl-C kills at once."""

import signal

import pytest
from terminal import Terminal
from waiting import wait_for

STUBBORN = "trap '' TERM; echo Ready; while :; do sleep 1000; done"


@pytest.mark.asan
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_clean_stop_has_exit_status_0(app, number):
    app.procfile(worker="trap 'echo Bye; exit 0' TERM; echo Ready; sleep 1000 & wait")
    app.start()
    app.wait_output("| Ready")
    app.signal(number)
    assert app.wait() == 0
    assert "worker.1  | Bye" in app.output
    assert app.home.processes == []


def test_grace_then_sigkill(app):
    app.procfile(worker=STUBBORN)
    app.start("-t", 1)
    app.wait_output("| Ready")
    assert app.stop() == 0
    lines = app.logs("-p", "worker")
    last = lines[lines.index("muster[worker.1]: Stopping all processes with SIGTERM"):]
    wanted = [
        "muster[worker.1]: Error R12 (Exit timeout) -> At least one process failed to exit within "
        "1 seconds of SIGTERM",
        "muster[worker.1]: Stopping remaining processes with SIGKILL",
        "muster[worker.1]: Process exited with status 137",
    ]
    assert [line for line in last if line in wanted] == wanted


def test_a_second_ctrl_c_kills_at_once(app):
    app.procfile(worker=STUBBORN)
    app.start("-t", 1000)
    app.wait_output("| Ready")
    app.signal(signal.SIGINT)
    app.wait_log("muster[worker.1]: Stopping all processes with SIGTERM")

    def again():
        app.signal(signal.SIGINT)
        return "muster[api]: SIGINT received again, sending SIGKILL to all processes" in app.logs()
    wait_for("one that is not the same any more", again)
    assert app.wait() == 0
    assert "muster[worker.1]: Process exited with status 137" in app.logs()


def test_ctrl_c_on_a_terminal_reaches_the_processes_as_sigterm_only(app):
    app.procfile(worker="trap 'echo INT' INT; trap 'echo TERM; exit 0' TERM; echo Ready; "
                        "while :; do sleep 1000 & wait; done")
    with Terminal(app.command(), app.home.environment, app.directory) as terminal:
        terminal.wait_shown(b"Ready")
        terminal.press(b"\x03")
        assert terminal.wait_end() == 0
        assert b"TERM" in terminal.shown
        assert b"INT\r\n" not in terminal.shown.split(b"TERM")[0]
    wait_for("all to end", lambda: not app.home.processes)
