"""The units under a real systemd, which is pid 1 of a root of its own: this machine's, with
everything that is written put into memory, and what the package installs."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import uuid

import proc
import pytest

from home import BIN, REPOSITORY
from programs import need
from waiting import PATIENCE, wait_for

TREE = BIN.parent
STAGE = REPOSITORY / "debian" / "stage"
ALONE = ["unshare", "--mount", "--net", "--pid", "--uts", "--ipc", "--cgroup", "--fork",
         "--kill-child"]
# Arguments: a directory for the root, debian/stage and the tree of the programs. It is in cgroups
# of its own already, which are all that is seen in there.
IN_ROOT = r"""
mount -t tmpfs -o mode=755 none "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" none "$1/root"
"$2" "$3" "$1/root"
mount -t proc none "$1/root/proc"
mount -t sysfs none "$1/root/sys"
mount --rbind /dev "$1/root/dev"
if [ -d /sys/fs/cgroup/systemd ]; then
  mount -t tmpfs -o mode=755 none "$1/root/sys/fs/cgroup"
  mkdir "$1/root/sys/fs/cgroup/systemd" "$1/root/sys/fs/cgroup/unified"
  mount -t cgroup -o none,name=systemd none "$1/root/sys/fs/cgroup/systemd"
  mount -t cgroup2 none "$1/root/sys/fs/cgroup/unified"
else
  mount -t cgroup2 none "$1/root/sys/fs/cgroup"
fi
for place in run tmp srv; do mount -t tmpfs -o mode=755 none "$1/root/$place"; done
chmod 1777 "$1/root/tmp"
cd "$1/root"
for user in shop:64101 ann:64102; do
  echo "${user%:*}:x:${user#*:}:${user#*:}::/srv/${user%:*}:/bin/sh" >>etc/passwd
  echo "${user%:*}:x:${user#*:}:" >>etc/group
  mkdir "srv/${user%:*}"
  echo 'worker: exec tail -f /dev/null' >"srv/${user%:*}/Procfile"
  chown -R "${user#*:}:${user#*:}" "srv/${user%:*}"
done
mkdir -p etc/muster etc/systemd/system/muster@lone.service.d
printf '[Service]\nWatchdogSec=3\n' >etc/systemd/system/muster@lone.service.d/soon.conf
printf 'directory = "/srv/ann"\nuser = "ann"\nhome = "/srv/ann/lone"\n' >etc/muster/lone.toml
cat >etc/muster/site.toml <<'TOML'
directory = "/srv/ann"
user = "ann"
home = "/srv/ann/state"
options = ["--journal-size", "64M"]
TOML
exec chroot . env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --system --unit=basic.target
"""


def cgroups():
    """The directories of the hierarchies that systemd needs."""
    both = [f"/sys/fs/cgroup/{name}" for name in ("systemd", "unified")]
    return both if os.path.isdir(both[0]) else ["/sys/fs/cgroup"]


class Machine:
    def __init__(self, place):
        self.own = [f"{path}/muster-test-{uuid.uuid4().hex}" for path in cgroups()]
        for path in self.own:
            os.mkdir(path)
        enter = "".join(f"echo $$ >{path}/cgroup.procs; " for path in self.own)
        self.log = open(f"{place}.log", "w+b")
        self.popen = subprocess.Popen(
            ["sh", "-ec", enter + 'exec "$@"', "sh", *ALONE, "sh", "-ec", IN_ROOT, "sh", place,
             STAGE, TREE], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self.init = wait_for("pid 1", lambda: self.popen.poll() is not None or
                             proc.children(self.popen.pid))
        self.init = self.init if self.init is True else self.init[0]

    def said(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def run(self, *words, user=None):
        ids = {"shop": "64101", "ann": "64102"}
        as_user = ["setpriv", "--reuid", ids[user], "--regid", ids[user], "--clear-groups",
                   "env", f"HOME=/srv/{user}"] if user else []
        return subprocess.run(
            ["nsenter", "--target", str(self.init), "--mount", "--pid", "--root", "--net", *as_user,
             *words], capture_output=True, text=True, check=False, timeout=2 * PATIENCE,
            stdin=subprocess.DEVNULL,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"})

    def ok(self, *words, **how):
        done = self.run(*words, **how)
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}" + self.run(
            "journalctl", "--no-pager", "-n", "40").stdout
        return done.stdout

    def property(self, name, unit):
        return self.ok("systemctl", "show", "-p", name, "--value", unit).strip()

    def end(self):
        if self.popen.poll() is None:
            os.kill(self.init, signal.SIGKILL)
            self.popen.wait()
        self.log.close()
        for own in self.own:
            for path, _, _ in os.walk(own, topdown=False):
                wait_for("an empty cgroup", lambda path=path: removed(path))


def removed(path):
    try:
        os.rmdir(path)
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def machine():
    need("systemd", "nsenter", "setpriv", "cmake")
    if os.geteuid() != 0 or not (TREE / "cmake_install.cmake").exists():
        pytest.skip("a root of its own needs root, and programs in the tree that built them")
    place = tempfile.mkdtemp(prefix="m", dir="/tmp")
    one = None
    try:
        try:
            one = Machine(place)
        except OSError as problem:
            pytest.skip(f"no cgroups may be made here: {problem}")
        state = wait_for("systemd", lambda: one.popen.poll() is not None or one.run(
            "systemctl", "is-system-running").stdout.strip() in ("running", "degraded"))
        if one.popen.poll() is not None:
            pytest.skip(f"no root of its own may be made here: {one.said()[-300:]}")
        assert state
        yield one
    finally:
        if one:
            one.end()
        shutil.rmtree(place, ignore_errors=True)
        if os.path.exists(f"{place}.log"):
            os.remove(f"{place}.log")


def pids(machine, app):
    return re.findall(r'"pid": *(\d+)', machine.ok("ctl", "-a", app, "ps", "--json"))


def test_an_app_runs_as_its_unit_through_the_death_of_its_keeper(machine):
    unit = "muster@shop"
    machine.ok("systemctl", "start", unit)
    assert machine.property("ActiveState", unit) == "active"
    machine.ok("ctl", "-a", "shop", "scale", "worker=2")
    machine.ok("ctl", "-a", "shop", "wait")
    before = pids(machine, "shop")
    assert len(before) == 2
    assert "worker.2" in machine.ok("ctl", "-a", "shop", "ps", user="shop")
    machine.ok("systemctl", "reload", unit)
    keeper = machine.property("MainPID", unit)
    machine.ok("kill", "-9", keeper)
    wait_for("another keeper", lambda: machine.property("MainPID", unit) not in (keeper, "0"))
    assert machine.property("ActiveState", unit) == "active"
    assert machine.property("NRestarts", unit) == "0"
    assert pids(machine, "shop") == before
    machine.ok("systemctl", "restart", unit)
    machine.ok("ctl", "-a", "shop", "wait")
    after = pids(machine, "shop")
    assert len(after) == 2 and not set(after) & set(before)
    machine.ok("systemctl", "stop", unit)
    assert machine.property("Result", unit) == "success"
    assert machine.run("ctl", "-a", "shop", "ps").returncode == 3


def test_the_file_of_an_app_says_who_runs_it_and_where(machine):
    machine.ok("systemctl", "start", "muster@site")
    assert machine.property("User", "muster@site") == "ann"
    machine.ok("ctl", "-a", "site", "wait")
    assert "worker.1" in machine.ok("ctl", "-a", "site", "ps")
    assert "worker.1" in machine.ok("ctl", "-a", "site", "ps", user="ann")
    assert machine.run("ctl", "-a", "site", "ps", user="shop").returncode == 3
    machine.ok("test", "-d", "/srv/ann/state/state/site/journal")
    machine.ok("systemctl", "stop", "muster@site")


def test_an_app_that_has_lost_keeper_and_supervisor_is_looked_after_again(machine):
    """Its processes alone keep the unit alive, but give no sign of it: systemd starts it again. A
    supervisor that has seen the other's end before its own may have been faster."""
    def status():
        done = machine.run("ctl", "-a", "lone", "status", "--json")
        return json.loads(done.stdout) if done.returncode == 0 else {}

    machine.ok("systemctl", "start", "muster@lone")
    machine.ok("ctl", "-a", "lone", "wait")
    before = status()
    machine.ok("kill", "-9", str(before["keeper_pid"]), str(before["supervisor_pid"]))
    wait_for("others", lambda: status().get("supervisor_pid", before["supervisor_pid"]) !=
             before["supervisor_pid"])
    wait_for("the app", lambda: machine.run("ctl", "-a", "lone", "wait").returncode == 0)
    machine.ok("systemctl", "stop", "muster@lone")
