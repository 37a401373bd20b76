"""Done means done: scale, start, restart, config and rollback answer when the processes are up."""

import pytest
from daemon import STAYS
from home import BIN
from terminal import Terminal
from waiting import PATIENCE, stays

SERVE = """\
import os, socket, sys
open(sys.argv[1], 'rb', buffering=0).read(1)
with socket.create_server(("127.0.0.1", int(os.environ["PORT"]))) as server:
    server.accept()
"""
COMMAND = "exec python3 serve.py gate"


@pytest.fixture
def slow(app):
    """A web that listens when its gate is opened, and a worker that is up at once."""
    app.write("serve.py", SERVE)
    app.procfile(web=COMMAND, worker=STAYS)
    app.door = app.gate("gate")
    return app


def end(client):
    out, err = client.communicate(timeout=PATIENCE)
    return client.returncode, out.decode(), err.decode()


def assert_waits(app, *words):
    """It answers when the gate is open, and web.1 is up then."""
    client = app.begin(*words)
    app.wait_state("web.1", "starting")
    stays("it waits", lambda: client.poll() is None, 0.3)
    app.door.open()
    status, out, err = end(client)
    assert status == 0, out + err
    assert app.row("web.1")["state"] == "up"
    return out


def test_each_verb_answers_when_it_is_up(slow):
    slow.start("-m", "web=0,worker=1")
    assert assert_waits(slow, "scale", "web=1") == "Scaling web processes... done, now running 1\n"
    assert assert_waits(slow, "restart", "web") == "Restarting web processes... done\n"
    assert "done, v1" in assert_waits(slow, "config", "set", "A=1")
    assert "done, v2" in assert_waits(slow, "config", "set", "A=2")
    assert "done, v3" in assert_waits(slow, "rollback", "v1")
    slow.ok("stop", "web")
    assert assert_waits(slow, "start", "web.1") == "Starting web.1 process... done\n"


def test_down_is_done_when_it_is_gone(slow):
    slow.procfile(worker="trap '' TERM; while :; do read x < gate && exit; done")
    slow.start("-m", "worker=1")
    client = slow.begin("scale", "worker=0")
    slow.wait_state("worker.1", "stopping")
    stays("it waits", lambda: client.poll() is None, 0.3)
    slow.door.open()
    assert end(client)[0] == 0
    assert slow.states() == {}


def test_no_wait_returns_when_it_is_begun(slow):
    slow.start("-m", "web=0,worker=0")
    slow.ok("scale", "web=1", "--no-wait")
    assert slow.row("web.1")["state"] in ("starting", "up")
    slow.ok("restart", "--no-wait")
    slow.ok("config", "set", "A=1", "--no-wait")


def test_who_is_not_up_in_time_is_named_and_goes_on(slow):
    slow.start("-m", "web=0,worker=0")
    error = slow.refused("scale", "web=1", "worker=1", "--timeout", "1", status=4)
    assert "web.1 is starting: not ready within " in error and "worker.1" not in error
    slow.door.open()
    slow.pid("web.1")


def test_the_boot_timeout_of_the_type_is_waited_for(slow):
    slow.write("muster.toml", "[web]\nboot_timeout = '1s'\n")
    slow.start("-m", "web=0,worker=0")
    error = slow.refused("scale", "web=1", status=4, timeout=15)
    assert "web.1 " in error and "not ready within 1 s" in error


def test_a_crash_is_told_with_its_status(slow):
    slow.procfile(worker="exit 3")
    slow.write("muster.toml", "[worker]\nready = 'delay:1s'\nrestart = 'never'\n")
    slow.start("-m", "worker=0")
    assert "worker.1 has failed (exit 3)" in slow.refused("scale", "worker=1", status=4)
    slow.write("muster.toml", "[worker]\nready = 'delay:1s'\nbackoff = {base = '1h', cap = '1h'}\n")
    slow.ok("reload")
    assert "worker.1 crashed (exit 3)" in slow.refused("start", "worker.1", status=4)


def test_one_that_comes_back_within_the_time_is_up(slow):
    slow.procfile(worker="[ -f been ] || { touch been; exit 1; }; " + STAYS)
    slow.write("muster.toml", "[worker]\nready = 'delay:200ms'\n")
    slow.start("-m", "worker=0")
    slow.ok("scale", "worker=1")
    assert slow.row("worker.1")["restarts"] == 1


def test_a_wish_that_changes_ends_the_wait(slow):
    slow.start("-m", "web=0,worker=0")
    client = slow.begin("scale", "web=1")
    slow.wait_state("web.1", "starting")
    slow.ok("scale", "web=0")
    status, _, error = end(client)
    assert status == 1 and "web.1 was stopped" in error


def test_a_supervisor_that_is_killed_meanwhile(slow):
    """A wish that can be said twice is; of a restart the truth is told."""
    slow.start("-m", "web=0,worker=0")
    scale = slow.begin("scale", "web=1")
    slow.wait_state("web.1", "starting")
    slow.kill_supervisor()
    stays("it waits", lambda: scale.poll() is None, 0.3)
    slow.door.open()
    assert end(scale)[0] == 0
    assert slow.row("web.1")["state"] == "up"
    restart = slow.begin("restart", "web")
    slow.wait_state("web.1", "starting")
    slow.kill_supervisor()
    status, _, error = end(restart)
    assert status == 4 and "was replaced meanwhile, and goes on" in error
    slow.door.open()
    slow.pid("web.1")


def test_progress_is_one_line_that_is_gone_at_the_end(slow):
    slow.start("-m", "web=1,worker=1")
    slow.door.open()
    slow.pid("web.1")
    command = [BIN / "ctl", "-a", "app", "restart"]
    with Terminal(command, slow.home.environment, slow.directory) as terminal:
        shown = terminal.wait_shown(b"1 of 2")
        assert shown.startswith(b"Restarting processes... ")
        slow.door.open()
        assert terminal.wait_end() == 0
        assert terminal.shown.endswith(b" of 2\x1b[K" + b"\b" * 6 + b"\x1b[Kdone\r\n")
