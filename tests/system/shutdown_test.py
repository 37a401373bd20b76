"""ctl shutdown stops everything and comes back when it is done."""

import os
import signal

import proc
import pytest
from daemon import STAYS


@pytest.mark.asan
def test_everything_is_gone_when_it_returns(app):
    app.procfile(worker="trap 'echo bye; exit 0' TERM; sleep 1000 & wait", other="exec sleep 1000")
    app.start("-m", "worker=3,other=2")
    app.pid("worker.3")
    app.ok("shutdown")
    assert app.wait(5) == 0
    assert app.home.processes == []
    app.refused("ps", status=3)
    assert app.logs("-s", "app").count("app[worker.1]: bye") == 1


def test_of_a_background_daemon(app):
    app.procfile(worker="exec sleep 1000")
    assert app.start_in_background().returncode == 0
    daemon = app.pid_of_daemon()
    app.ok("shutdown")
    assert set(app.home.processes) <= {daemon}, "at most the daemon's last moments"


def test_twice(app):
    app.procfile(worker="exec sleep 1000")
    app.start()
    app.ok("shutdown")
    app.wait(5)
    app.refused("shutdown", status=3)


def test_the_app_can_be_started_again_at_once(app):
    app.procfile(worker="exec sleep 1000")
    for _ in range(3):
        app.start()
        app.pid("worker.1")
        app.ok("shutdown")
        app.wait(5)


SLOW = ("trap 'echo told; if [ -p gate ]; then read x < gate; fi; exit 0' TERM; echo ready; "
        "while :; do tail -f /dev/null & wait; done")


def ending(app):
    """An app whose one process ends when its gate is opened, and the ctl that waits for it."""
    app.procfile(worker=SLOW)
    app.write("muster.toml", "[worker]\ngrace = '60s'\n")
    gate = app.gate("gate")
    app.start()
    app.wait_log("app[worker.1]: ready")
    ctl = app.begin("shutdown", text=True)
    app.wait_log("app[worker.1]: told")
    return gate, ctl


def test_a_slow_end_is_told_as_what_it_is(app):
    gate, ctl = ending(app)
    done = app.ctl("shutdown", "--timeout", "1")
    assert (done.returncode, done.stdout) == (4, "Shutting down... failed\n")
    assert "still stopping its processes" in done.stderr
    gate.open()
    assert ctl.wait(60) == 0
    assert app.wait(60) == 0


@pytest.mark.row("A156")
def test_a_supervisor_that_is_killed_meanwhile_shuts_down_all_the_same(app):
    gate, ctl = ending(app)
    app.kill_supervisor()
    gate.open()
    assert ctl.wait(60) == 0
    assert app.home.processes == []


@pytest.mark.row("A156")
def test_a_request_that_a_killed_supervisor_has_not_read_is_made_again(app):
    app.procfile(worker=STAYS)
    app.start()
    before = app.pid_of_supervisor()
    os.kill(before, signal.SIGSTOP)
    ctl = app.begin("shutdown")
    os.kill(before, signal.SIGKILL)
    assert ctl.wait(60) == 0
    assert app.home.processes == []


@pytest.mark.row("A156")
def test_a_daemon_that_is_killed_meanwhile_has_not_done_it(app):
    _, ctl = ending(app)
    pid = app.row("worker.1")["pid"]
    app.kill_hard()
    out, err = ctl.communicate(timeout=60)
    assert (ctl.returncode, out) == (1, "Shutting down... failed\n")
    assert f"worker.1 (pid {pid}) still runs; musterd -d takes it over" in err
    assert proc.alive(pid)
    os.killpg(pid, signal.SIGKILL)


@pytest.mark.row("A156")
@pytest.mark.parametrize("how", ["foreground", "background"])
def test_a_start_amid_a_shutdown_that_is_half_done_runs_everything(app, how):
    gate, ctl = ending(app)
    pid = app.row("worker.1")["pid"]
    app.kill_hard()
    assert ctl.wait(60) == 1
    if how == "foreground":
        app.start()
    else:
        assert app.start_in_background().returncode == 0
    assert app.row("worker.1")["pid"] == pid
    gate.open()
    app.replaced("worker.1", pid)
    app.wait_state("worker.1", "up")
    os.remove(app.directory / "gate")
