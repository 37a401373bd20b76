"""musterd --exit-on TYPE: the app ends with a process, in order and with its status, whatever
becomes of the supervisor before and after."""

import os
import signal
import subprocess

import pytest

import proc
from daemon import STAYS
from waiting import PATIENCE, wait_for

# Ends with the status that the test writes into its gate.
ASKED = "read status < go; exit $status"


def say(gate, status):
    with gate.writer() as writer:
        writer.write(f"{status}\n".encode())


@pytest.mark.parametrize("status", [0, 3, 137])
def test_the_app_ends_in_order_with_the_status(app, status):
    app.procfile(alpha="trap 'echo ended in order; exit' TERM; echo ready; while :; do read x < no;"
                       " done", test=ASKED)
    gate = app.gate("go")
    app.gate("no")
    app.start("--exit-on", "test")
    app.wait_output("| ready")
    say(gate, status)
    assert app.wait() == status
    assert "| ended in order" in app.output
    assert f"test.1: ended with status {status}, and so the app ends" in app.output


def test_a_signal_and_a_program_that_is_missing(app):
    app.procfile(alpha=STAYS, test=STAYS)
    app.start("--exit-on", "test")
    os.kill(app.pid("test.1"), signal.SIGKILL)
    assert app.wait() == 128 + signal.SIGKILL
    app.procfile(alpha=STAYS, test="./is-not-here")
    app.start("--exit-on", "test", wait=False)
    assert app.wait() == 127


def test_supervisors_that_die_forget_neither_the_type_nor_the_status(app):
    app.procfile(alpha="trap '' TERM; echo ready; while :; do read x < no; done", test=ASKED)
    gate = app.gate("go")
    held = app.gate("no")
    app.start("--exit-on", "test", "-t", "600")
    app.wait_output("| ready")
    pids = app.pid("alpha.1"), app.pid("test.1")
    app.kill_supervisor()
    app.ok("upgrade")
    assert (app.pid("alpha.1"), app.pid("test.1")) == pids
    say(gate, 5)
    wait_for("the app to end", lambda: app.states().get("alpha.1") == "stopping")
    app.kill_supervisor()
    assert app.states()["alpha.1"] == "stopping"
    os.kill(pids[0], signal.SIGKILL)
    assert app.wait() == 5
    assert held.held is None and not proc.alive(pids[0])


def test_what_a_client_wishes_is_no_end(app):
    app.procfile(alpha=STAYS, test=STAYS)
    app.start("--exit-on", "test")
    before = app.pid("test.1")
    app.ok("restart", "test")
    assert app.replaced("test.1", before)
    app.ok("scale", "test=2")
    app.ok("stop", "test.1")
    app.ok("scale", "test=0")
    app.ok("shutdown")
    assert app.wait() == 0


@pytest.mark.parametrize("options, says", [
    (["--exit-on", "tset"], "there is no process type 'tset', but alpha, nightly, test"),
    (["--exit-on", "nightly"], "nightly: it is run at the times of its cron"),
    (["--exit-on", "test", "-m", "alpha=1"], "no process of it"),
])
def test_an_end_that_cannot_come_is_refused(app, options, says):
    app.procfile(alpha=STAYS, nightly=STAYS, test=STAYS)
    app.write("muster.toml", '[nightly]\ncron = "0 0 1 1 *"\n')
    done = subprocess.run(app.command(*options), capture_output=True, text=True, timeout=PATIENCE,
                          stdin=subprocess.DEVNULL, env=app.home.environment)
    assert done.returncode == 1
    assert says in done.stderr
    assert app.home.processes == []


def test_in_the_background_it_ends_as_well(app):
    app.procfile(alpha=STAYS, test=ASKED)
    gate = app.gate("go")
    assert app.start_in_background("-m", "alpha=1,test=1", "--exit-on", "test").returncode == 0
    keeper = app.status()["keeper_pid"]
    say(gate, 1)
    wait_for("its end", lambda: not proc.alive(keeper))
