"""A place that somebody else has prepared: nobody is told anything there, or hangs at it."""

import os
import shutil
import subprocess

import pytest
from daemon import STAYS
from home import BIN
from waiting import PATIENCE, wait_for

ATTACKER = 65534

# Makes the directory before its owner does, holds the lock, and writes down whatever it is told.
FALSE_DAEMON = """
import fcntl, os, sys, zmq
runtime, heard = sys.argv[1:]
os.makedirs(runtime, exist_ok=True)
lock = open(f"{runtime}/lock", "w")
fcntl.flock(lock, fcntl.LOCK_EX)
control = zmq.Context.instance().socket(zmq.ROUTER)
control.bind(f"ipc://{runtime}/control")
for path in (runtime, f"{runtime}/lock", f"{runtime}/control", os.path.dirname(runtime)):
    os.chmod(path, 0o777)
print("ready", flush=True)
with open(heard, "ab", buffering=0) as out:
    while True:
        out.write(b"|".join(control.recv_multipart()))
"""


@pytest.fixture
def victim(app):
    """A user without a session: their daemons would be below /tmp."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    uid = 1_000_000_000 + os.getpid()
    app.home.path.chmod(0o755)
    shutil.copy2(BIN / "ctl", app.home.path / "ctl")
    own = app.home.path / "own"
    own.mkdir()
    os.chown(own, uid, uid)
    yield {"user": uid, "group": uid, "extra_groups": [], "cwd": "/",
           "env": {"HOME": str(own), "PATH": os.environ["PATH"]}}
    shutil.rmtree(f"/tmp/muster-{uid}", ignore_errors=True)


def listening(app, victim):
    heard = app.home.path / "heard"
    heard.touch()
    heard.chmod(0o666)
    runtime = f"/tmp/muster-{victim['user']}/shop"
    liar = subprocess.Popen(["/usr/bin/python3", "-c", FALSE_DAEMON, runtime, heard], cwd="/",
                            user=ATTACKER, group=ATTACKER, extra_groups=[], text=True,
                            stdout=subprocess.PIPE, env=app.home.environment)
    assert liar.stdout.readline() == "ready\n"
    return liar, heard, runtime


@pytest.mark.row("F81")
@pytest.mark.parametrize("words", [["config", "set", "SECRET=hunter2"], ["ps"], ["logs", "-t"],
                                   ["run", "cat"], ["events"], ["version"], ["apps"]])
def test_nothing_is_told_to_a_daemon_of_somebody_else(app, victim, words):
    liar, heard, runtime = listening(app, victim)
    try:
        done = subprocess.run([app.home.path / "ctl", "-a", "shop", *words], text=True,
                              capture_output=True, timeout=PATIENCE, check=False,
                              stdin=subprocess.DEVNULL, **victim)
        if words[0] not in ("version", "apps"):
            assert done.returncode == 3, done.stderr
            assert os.path.dirname(runtime) in done.stderr and "belongs to user" in done.stderr
        assert heard.read_bytes() == b""
    finally:
        liar.kill()
        liar.communicate()


def as_fifo(path):
    os.mkfifo(path)


def as_directory(path):
    path.mkdir()


def as_device(path):
    if os.geteuid() != 0:
        pytest.skip("only root can make a device")
    os.mknod(path, 0o600 | 0o020000, os.makedev(5, 0))


PLACES = [*(f"run/app/{name}" for name in ("lock", "ledger", "ledger.next", "in-force",
                                               "in-force.next", "shown", "windows")),
          *(f"state/app/{name}" for name in
            ("formation", "formation.next", "releases", "releases.next", "musterd.log",
             "deploy.lock", "journal", "poison")),
          *(f"app/{name}" for name in ("Procfile", ".env", "muster.toml"))]


@pytest.mark.row("F91")
@pytest.mark.parametrize("thing", [as_fifo, as_directory, as_device])
@pytest.mark.parametrize("place", PLACES)
def test_what_is_no_file_hangs_nobody(app, place, thing):
    app.procfile(alpha=STAYS)
    path = app.home.path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    for directory in (app.home.runtime.parent, app.home.state.parent):
        if directory.exists():
            directory.chmod(0o700)
    if path.exists():
        path.unlink()
    thing(path)
    for words in (["ps"], ["logs"], ["check"], ["releases"]):
        app.ctl(*words, timeout=PATIENCE)
    done = subprocess.run(app.command("-d"), stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=PATIENCE, env=app.home.environment, check=False)
    if done.returncode != 0:
        assert done.returncode == 1 and path.name.removesuffix(".next") in done.stderr, done.stderr
    else:
        wait_for("the daemon to answer", lambda: app.ctl("ps").returncode == 0)
        app.ctl("logs", timeout=PATIENCE)
        app.ctl("config", "set", "A=1", timeout=PATIENCE)
        app.ok("shutdown")


@pytest.mark.row("F81")
def test_what_leads_to_the_directory_is_looked_at_as_well(app):
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    app.procfile(alpha=STAYS)
    app.start()
    assert app.ok("ps")
    for mode, said in ((0o777, "is writable by everybody"), (0o720, "is writable by group")):
        app.home.path.chmod(mode)
        os.chown(app.home.path, 0, ATTACKER)
        assert said in app.refused("ps", status=3)
    app.home.path.chmod(0o700)
    os.chown(app.home.path, ATTACKER, 0)
    assert "belongs to user" in app.refused("ps", status=3)
    os.chown(app.home.path, 0, 0)
    assert app.ok("ps")
