"""An .env that is a named pipe, as password managers have it, is read at a start, a reload and a
check, and hangs nobody; one that is a link to nothing is told of."""

import contextlib
import os
import shlex
import signal
import subprocess
import threading

import pytest
from daemon import STAYS
from waiting import wait_for

SHOW = "echo \"sees $COLOUR\"; " + STAYS


@pytest.fixture
def pipe(app):
    path = app.directory / ".env"
    os.mkfifo(path)
    app.procfile(alpha=SHOW)
    return path


@contextlib.contextmanager
def answers(path, text):
    """Writes it for the program that opens the pipe within."""
    def write():
        with contextlib.suppress(BrokenPipeError):
            path.write_text(text)
    writer = threading.Thread(target=write, daemon=True)
    writer.start()
    yield
    writer.join(30)
    assert not writer.is_alive(), "nobody has read the pipe"


def test_it_is_read_at_a_start_and_at_a_reload(app, pipe):
    with answers(pipe, "COLOUR=blue\nB=$(x)\n"):
        app.start()
    app.wait_log("app[alpha.1]: sees blue")
    assert ".env:2: $(x) is not replaced" in app.errors
    with answers(pipe, "COLOUR=green\n"):
        app.ok("reload")
    app.wait_log("app[alpha.1]: sees green")
    # It is not asked for to see whether it changed.
    assert app.ctl("restart", "alpha").stderr == ""


def test_it_is_read_by_check_and_so_is_one_of_the_shell(app, pipe):
    with answers(pipe, "A=1\n"):
        assert '"A": "1"' in app.ok("check", "--json")
    read, write = os.pipe()
    os.write(write, b"A=2\n")
    os.close(write)
    with os.fdopen(read) as end:
        os.set_inheritable(end.fileno(), True)
        assert '"A": "2"' in app.ok("check", "--json", "-e", f"/proc/{os.getpid()}/fd/{read}")


def test_nobody_is_hung_up_where_nobody_writes(app, pipe):
    assert "it is a pipe, and nobody has written all of it within 5 seconds" in app.refused("check")
    with answers(pipe, "COLOUR=blue\n"):
        app.start()
    pid = app.pid("alpha.1")
    assert "nobody has written all of it within 3 seconds" in app.refused("reload")
    assert app.pid("alpha.1") == pid


def test_more_than_a_file_may_have_is_refused(app, pipe):
    with answers(pipe, "# " + "x" * (2 << 20)):
        assert "it is larger than" in app.refused("check")


def test_a_successor_asks_nobody(app, pipe):
    with answers(pipe, "COLOUR=blue\n"):
        app.start()
    pid = app.pid("alpha.1")
    os.kill(app.pid_of_supervisor(), signal.SIGKILL)
    assert app.pid("alpha.1") == pid
    assert app.status()["alarms"] == []
    assert "the app's files have changed" not in app.errors


@pytest.mark.parametrize("background", [False, True])
def test_one_that_the_shell_gives_is_read_once_and_known_on(app, background):
    """`musterd -e <(command)`: it cannot be read again, be it at a reload or after a death."""
    app.procfile(alpha="env | grep MUSTER_GIVEN; " + SHOW)
    words = app.command("-e", "/dev/stdin", *(["-d"] if background else []))
    words[words.index("/dev/stdin")] = "<(echo COLOUR=blue)"
    line = " ".join(word if word.startswith("<(") else shlex.quote(word) for word in words)
    with open(app.output_file, "wb") as out:
        popen = subprocess.Popen(["bash", "-c", "exec " + line], stdin=subprocess.DEVNULL,
                                 stdout=out, stderr=out, env=app.home.environment,
                                 start_new_session=True)
    if background:
        assert popen.wait(30) == 0
    else:
        app.popen = popen
        wait_for("the daemon", app.answers)
    app.wait_log("app[alpha.1]: sees blue")
    app.kill_supervisor()
    app.ok("reload")
    app.ok("restart", "alpha")
    app.wait_log("app[alpha.1]: sees blue", count=2)
    assert not any("MUSTER_GIVEN" in line for line in app.logs("-n", "100", "-s", "app"))
    app.ok("shutdown")


@pytest.mark.parametrize("name", [".env", "muster.toml"])
def test_a_link_to_nothing_is_told_of(app, name):
    app.procfile(alpha=STAYS)
    (app.directory / name).symlink_to("no/where")
    told = f"{name}: it is a link to 'no/where', which is not there"
    assert told in app.ctl("check").stderr
    app.start()
    assert told in app.errors


def test_a_procfile_that_is_a_link_to_nothing(app):
    (app.directory / "Procfile").symlink_to("no/where")
    refused = app.refused("check")
    assert "there is no Procfile in " in refused
    assert "it is a link to 'no/where', which is not there" in refused
