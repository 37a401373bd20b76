"""Another user at the sockets: kept out by the directory's mode, and where somebody has opened
that, by the daemon itself, which asks the kernel who it is that has connected."""

import json
import os
import shutil
import subprocess

import pytest
from daemon import STAYS
from home import BIN

NOBODY = 65534

# Connects to both sockets and prints a JSON object: what came of each.
FOREIGN = """
import json, socket, sys, zmq
from zmq.utils.monitor import recv_monitor_message

def reach(path):
    with socket.socket(socket.AF_UNIX) as raw:
        try:
            raw.connect(path)
        except OSError as problem:
            return type(problem).__name__
    kind = zmq.DEALER if path.endswith("control") else zmq.SUB
    peer = zmq.Context.instance().socket(kind)
    peer.linger = 0
    over = zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_HANDSHAKE_FAILED_AUTH
    monitor = peer.get_monitor_socket(over)
    peer.connect(f"ipc://{path}")
    if not monitor.poll(20_000):
        return "no handshake"
    seen = recv_monitor_message(monitor)
    return seen["value"] if seen["event"] == zmq.EVENT_HANDSHAKE_FAILED_AUTH else "let in"

print(json.dumps({name: reach(f"{sys.argv[1]}/{name}") for name in ("control", "bus")}), flush=True)
"""


@pytest.fixture
def running(app):
    """With all that leads to the runtime directory open to everybody, and a ctl too."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    app.procfile(alpha=STAYS)
    app.start()
    app.pid("alpha.1")
    for directory in (app.home.path, app.home.runtime.parent):
        directory.chmod(0o755)
    shutil.copy2(BIN / "ctl", app.home.path / "ctl")
    return app


def run_as(user, app, *command):
    return subprocess.run([str(word) for word in command], user=user, group=user, extra_groups=[],
                          env=app.home.environment, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, cwd="/", timeout=60, check=False)


def reached_by(user, app):
    done = run_as(user, app, "/usr/bin/python3", "-c", FOREIGN, app.home.runtime)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def assert_ctl_reaches_nobody(app):
    done = run_as(NOBODY, app, app.home.path / "ctl", "-a", "app", "scale", "alpha=2")
    assert done.returncode == 3 and "cannot be trusted" in done.stderr


@pytest.mark.row("F81")
def test_the_directory_keeps_others_out(running):
    assert reached_by(NOBODY, running) == {"control": "PermissionError", "bus": "PermissionError"}
    assert_ctl_reaches_nobody(running)
    assert running.formation() == "alpha=1"


@pytest.mark.row("F81")
def test_the_daemon_refuses_whom_an_open_directory_lets_in(running):
    before = running.status()["clients_refused"]
    running.home.runtime.chmod(0o777)
    for name in ("control", "bus"):
        (running.home.runtime / name).chmod(0o777)
    assert reached_by(0, running) == {"control": "let in", "bus": "let in"}
    assert reached_by(NOBODY, running) == {"control": 400, "bus": 400}
    assert_ctl_reaches_nobody(running)
    assert "is writable by everybody" in running.refused("ps", status=3), "who else listens there?"
    running.home.runtime.chmod(0o700)
    assert running.status()["clients_refused"] >= before + 2
    assert running.formation() == "alpha=1"


@pytest.mark.row("F81")
def test_a_daemon_of_another_user_is_told_of(running):
    """And not that none runs: who believes that starts a second one."""
    done = run_as(NOBODY, running, running.home.path / "ctl", "-a", "app", "ps")
    assert done.returncode == 3
    assert "belongs to user 0, not to user" in done.stderr
    assert "no daemon runs" not in done.stderr
