"""The image of packaging/image.sh, which needs no registry: run as a container runtime would, with
the daemon as pid 1, a user who is not root, a read-only root and a volume for the state."""

import json
import os
import signal
import subprocess
import tarfile

import proc
import pytest

from home import BIN, REPOSITORY
from programs import need
from waiting import PATIENCE, wait_for

IMAGE = REPOSITORY / "packaging" / "image.sh"
UNSHARE = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
# Arguments: the root of the image, the volume, the user; the rest is run in it. tmpfs is where the
# documentation has it.
CONTAINER = """
root=$1 volume=$2 user=$3
shift 3
mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t proc none "$root/proc"
mount -t tmpfs none "$root/dev"
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/urandom" c 1 9
mount -t tmpfs -o mode=1777 none "$root/tmp"
mount --bind "$volume" "$root/state"
exec chroot --userspec "$user" "$root" /bin/sh -c 'cd /app && exec "$@"' sh "$@"
"""

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or subprocess.run([*UNSHARE, "true"], capture_output=True).returncode != 0,
    reason="no container may be made here")


def image(*words, app):
    done = subprocess.run([IMAGE, "--bin", BIN, "--with", "tail", *words, app], text=True,
                          capture_output=True, check=False, timeout=4 * PATIENCE)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def site(home):
    place = home.path / "site"
    place.mkdir()
    (place / "Procfile").write_text(
        "alpha: echo x >/app/x || echo refused; trap 'echo bye; exit' TERM; "
        "while :; do tail -f /dev/null & wait $!; done\n")
    return place


class Container:
    def __init__(self, home, site):
        self.root, self.volume = home.path / "root", home.path / "volume"
        self.config = json.loads(image("--rootfs", self.root, app=site))
        self.user = self.config["User"]
        self.env = dict(pair.split("=", 1) for pair in self.config["Env"])
        self.volume.mkdir(mode=0o700)
        os.chown(self.volume, *map(int, self.user.split(":")))
        self.output = home.path / "output"
        self.popen, self.init = None, None

    def start(self, *options):
        with open(self.output, "ab") as out:
            self.popen = subprocess.Popen(
                [*UNSHARE, "sh", "-ec", CONTAINER, "sh", self.root, self.volume, self.user,
                 *self.config["Entrypoint"], *(options or self.config["Cmd"])],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env={"PATH": f"/usr/sbin:/sbin:{self.env['PATH']}", **{
                    key: value for key, value in self.env.items() if key != "PATH"}})
        # The first process of the new pid namespace, which becomes the daemon.
        self.init = wait_for("pid 1", lambda: proc.children(self.popen.pid))[0]
        return self.init

    def inside(self, init, *words):
        uid, gid = self.user.split(":")
        return subprocess.run(
            ["nsenter", "--target", str(init), "--mount", "--pid", "--root",
             "--setuid", uid, "--setgid", gid, *words],
            capture_output=True, text=True, env=self.env, timeout=PATIENCE, check=False)

    def is_healthy(self, init):
        return self.inside(init, *self.config["Healthcheck"]["Test"][1:]).returncode == 0

    def end(self, init):
        os.kill(init, getattr(signal, self.config["StopSignal"]))
        return self.popen.wait(PATIENCE)


@pytest.fixture
def container(home, site):
    need("nsenter", "strip", "ldd")
    one = Container(home, site)
    yield one
    # The end of unshare alone would not be that of a daemon which has become another user.
    if one.popen and one.popen.poll() is None:
        os.kill(one.init or one.popen.pid, signal.SIGKILL)
        one.popen.wait()


def test_it_runs_as_pid_1_for_a_user_on_a_read_only_root_and_ends_by_its_signal(container):
    init = container.start()
    wait_for("its health", lambda: container.is_healthy(init))
    status = json.loads(container.inside(init, "ctl", "status", "--json").stdout)
    assert status["keeper_pid"] == 1
    assert proc.children(init)
    assert os.stat(f"/proc/{init}").st_uid == int(container.user.split(":")[0])
    # Its lines are objects, and the root could not be written to.
    lines = [json.loads(line) for line in container.output.read_text().splitlines()
             if line.startswith("{")]
    assert any(line["line"] == "refused" and line["process"] == "alpha.1" for line in lines)
    assert container.inside(init, "ctl", "scale", "alpha=2").returncode == 0
    assert container.end(init) == 0
    assert '"line":"bye"' in container.output.read_text()


def test_the_state_on_its_volume_outlives_it(container):
    init = container.start()
    wait_for("its health", lambda: container.is_healthy(init))
    assert container.inside(init, "ctl", "scale", "alpha=3").returncode == 0
    assert container.end(init) == 0
    init = container.start()
    wait_for("three processes", lambda: container.inside(init, "ctl", "ps").stdout.count("up") >= 3)
    assert "Scale to alpha=3" in container.inside(init, "ctl", "logs", "-n", "all").stdout
    assert container.end(init) == 0


def test_it_is_refused_without_programs_or_over_other_files(site, tmp_path):
    done = subprocess.run([IMAGE, "--bin", tmp_path, "--rootfs", tmp_path / "root", site],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "scripts/build release" in done.stderr
    done = subprocess.run([IMAGE, "--bin", BIN, "--rootfs", site, site],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "is not empty" in done.stderr


def test_an_archive_says_what_the_root_file_system_goes_by(home, site):
    need("buildah")
    image("--archive", home.path / "image.tar", app=site)
    config = json.loads(image("--rootfs", home.path / "root", app=site))
    with tarfile.open(home.path / "image.tar") as archive:
        manifest = json.load(archive.extractfile("manifest.json"))[0]
        made = json.load(archive.extractfile(manifest["Config"]))["config"]
    for key in ("User", "Env", "Entrypoint", "Cmd", "Volumes", "WorkingDir", "StopSignal"):
        assert made[key] == config[key], key
    assert made["Healthcheck"]["Test"][-1].endswith("ctl wait --timeout 2") or \
        made["Healthcheck"]["Test"] == config["Healthcheck"]["Test"]
