"""Apps of other users: root lists them, and steers one that has its place from root; a daemon of
another user is called that."""

import json
import os
import shutil
import subprocess
import tempfile

import pytest

from daemon import STAYS
from home import BIN
from programs import need
from waiting import PATIENCE, wait_for

NOBODY = 65534
# No test of another daemon calls its app so.
APP = f"neighbour-{os.getpid()}"


def ctl(*words, env, user=None):
    as_user = {"user": user, "group": user, "extra_groups": []} if user else {}
    return subprocess.run([*map(str, words)], capture_output=True, text=True, cwd="/", check=False,
                          stdin=subprocess.DEVNULL, timeout=PATIENCE, env=env, **as_user)


@pytest.fixture
def unit():
    """An app as a unit of systemd runs it: with its own user, its state in /var/lib/muster-NAME."""
    if os.geteuid() != 0:
        pytest.skip("only root has neighbours")
    need("setpriv")
    place = tempfile.mkdtemp(prefix="muster-", dir="/var/lib")
    programs = tempfile.mkdtemp(prefix="m", dir="/tmp")
    try:
        for name in ("musterd", "muster-keeper", "muster-exec", "ctl"):
            shutil.copy2(BIN / name, programs)
        os.chmod(programs, 0o755)
        os.mkdir(f"{place}/site")
        with open(f"{place}/site/Procfile", "w", encoding="ascii") as file:
            file.write(f"job: {STAYS}\n")
        for path in (place, f"{place}/site"):
            os.chown(path, NOBODY, NOBODY)
        env = {"PATH": os.environ["PATH"], "MUSTER_HOME": place, "HOME": place}
        started = ctl(f"{programs}/musterd", "-d", "--app", APP, f"{place}/site", env=env,
                      user=NOBODY)
        assert started.returncode == 0, started.stderr
        yield place, programs, env
        ctl(f"{programs}/ctl", "-a", APP, "shutdown", env=env, user=NOBODY)
    finally:
        shutil.rmtree(place, ignore_errors=True)
        shutil.rmtree(programs, ignore_errors=True)


@pytest.fixture
def root():
    env = {key: value for key, value in os.environ.items()
           if not key.startswith(("MUSTER_", "XDG_"))}
    return {**env, "HOME": "/root"}


def row_of(env):
    rows = json.loads(ctl(BIN / "ctl", "apps", "--json", env=env).stdout)
    return next((row for row in rows if row["app"] == APP), None)


def test_root_lists_and_steers_the_app_of_a_unit(unit, root):
    place, programs, env = unit
    wait_for("its process", lambda: (row_of(root) or {}).get("processes_up") == 1)
    row = row_of(root)
    assert row["user"] == "nobody" and row["directory"] == f"{place}/site"
    done = ctl(BIN / "ctl", "-a", APP, "scale", "job=2", env=root)
    assert done.returncode == 0, done.stderr
    assert "job.2" in ctl(BIN / "ctl", "-a", APP, "ps", env=root).stdout
    assert "Scale to job=2" in ctl(BIN / "ctl", "-a", APP, "logs", "-n", "all", env=root).stdout
    # In its directory too, without a name.
    inside = subprocess.run([BIN / "ctl", "ps"], cwd=f"{place}/site", env=root, check=False,
                            capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert inside.returncode == 3 or "job.2" in inside.stdout
    ctl(f"{programs}/ctl", "-a", APP, "shutdown", env=env, user=NOBODY)
    assert row_of(root)["state"] == "stopped"


def test_a_daemon_of_another_user_is_called_that(unit):
    done = ctl(f"{unit[1]}/ctl", "-a", APP, "ps", env={"PATH": os.environ["PATH"], "HOME": "/"},
               user=NOBODY - 1)
    assert done.returncode == 3
    assert "belongs to user nobody" in done.stderr and "no daemon runs" not in done.stderr


def pids_of(rows):
    return {row["process"]: row["pid"] for row in json.loads(rows)}


def test_all_apps_of_a_user_are_upgraded(unit):
    """Root's are in package_test.py, where no other test has a daemon that root would see."""
    _, programs, env = unit
    before = ctl(f"{programs}/ctl", "-a", APP, "ps", "--json", env=env, user=NOBODY).stdout
    done = ctl(f"{programs}/ctl", "upgrade", "--all", "-a", APP, env=env, user=NOBODY)
    assert done.returncode == 2
    done = ctl(f"{programs}/ctl", "upgrade", "--all", env=env, user=NOBODY)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{APP}: Upgrading... done\n")
    after = ctl(f"{programs}/ctl", "-a", APP, "ps", "--json", env=env, user=NOBODY).stdout
    assert pids_of(before) == pids_of(after)
