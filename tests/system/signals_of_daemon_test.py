"""SIGQUIT ends the app in order; a process that a signal has stopped is shown, and wakes up to end;
descriptors of the program that started the daemon are not kept open."""

import contextlib
import fcntl
import os
import signal
import subprocess

import pytest
from daemon import STAYS
from waiting import wait_for


def test_sigquit_ends_the_app_in_order(app):
    app.procfile(alpha="trap 'echo bye; exit 0' TERM; echo ready; while :; do read x < gate; done")
    app.gate("gate")
    app.start()
    app.wait_log("app[alpha.1]: ready")
    app.signal(signal.SIGQUIT)
    assert app.wait() == 0
    lines = app.logs("-n", "100")
    assert "app[alpha.1]: bye" in lines
    assert any("SIGQUIT" in line for line in lines if line.startswith("muster[api]"))


def test_a_supervisor_that_gets_sigquit_ends_the_app_too(app):
    app.procfile(alpha=STAYS)
    app.start()
    app.pid("alpha.1")
    os.kill(app.pid_of_supervisor(), signal.SIGQUIT)
    assert app.wait() == 0


@pytest.mark.parametrize("command", [STAYS, "tail -f /dev/null; true"])
def test_a_stopped_process_is_shown_and_wakes_up_to_end(app, command):
    app.procfile(alpha=command)
    app.write("muster.toml", "[alpha]\ngrace = '60s'\n")
    app.start()
    app.pid("alpha.1")
    assert "note" not in app.row("alpha.1") or not app.row("alpha.1")["note"]
    app.ok("kill", "-s", "STOP", "alpha.1")
    wait_for("the note", lambda: "stopped by a signal" in (app.row("alpha.1").get("note") or ""))
    assert "stopped by a signal: alpha.1" in app.status()["alarms"]
    app.ok("kill", "-s", "CONT", "alpha.1")
    wait_for("no note", lambda: not app.row("alpha.1").get("note"))
    app.ok("kill", "-s", "STOP", "alpha.1")
    app.ok("stop", "alpha.1", timeout=30)
    assert not any("Error R12" in line for line in app.logs("-n", "100"))


@pytest.mark.parametrize("background", [False, True])
def test_what_its_starter_had_open_is_closed(app, background):
    app.procfile(alpha=STAYS)
    read, write = os.pipe()
    lock = os.open(app.directory / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    command = app.command(*(["-d"] if background else []))
    with open(app.output_file, "wb") as out:
        popen = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=app.home.environment,
            pass_fds=(lock, write), start_new_session=True)
    os.close(write)
    os.close(lock)
    if background:
        assert popen.wait(30) == 0
    else:
        app.popen = popen
        wait_for("the daemon", app.answers)
    app.pid("alpha.1")
    assert os.read(read, 1) == b""
    again = os.open(app.directory / "lock", os.O_RDWR)
    fcntl.flock(again, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(again)
    os.close(read)
    if background:
        app.ok("shutdown")


def opened_by(pid):
    opened = set()
    for fd in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):  # it was closed meanwhile
            opened.add(os.readlink(f"/proc/{pid}/fd/{fd}"))
    return opened


def is_free(path):
    fd = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(fd)
    return True


def test_nor_does_a_successor_have_it(app):
    """Neither the next supervisor, nor the next keeper, nor a program that is launched by them."""
    app.procfile(alpha=STAYS)
    read, write = os.pipe()
    lock = os.open(app.directory / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    with open(app.output_file, "wb") as out:
        app.popen = subprocess.Popen(
            app.command(), stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            env=app.home.environment, pass_fds=(lock, write), start_new_session=True)
    os.close(write)
    os.close(lock)
    wait_for("the daemon", app.answers)
    pid = app.pid("alpha.1")
    app.kill_supervisor()
    keeper = app.status()["keeper_pid"]
    os.kill(keeper, signal.SIGKILL)
    wait_for("another keeper", lambda: app.status()["keeper_pid"] != keeper)
    app.kill_supervisor()
    os.kill(pid, signal.SIGKILL)
    app.replaced("alpha.1", pid)
    assert os.read(read, 1) == b""
    assert is_free(app.directory / "lock")
    of_starter = {os.path.realpath(app.directory / "lock"), f"pipe:[{os.fstat(read).st_ino}]"}
    status = app.status()
    for one in (status["supervisor_pid"], status["keeper_pid"], app.pid("alpha.1")):
        assert not opened_by(one) & of_starter
    os.close(read)
    app.ok("shutdown")
