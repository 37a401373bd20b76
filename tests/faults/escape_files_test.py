"""Group G: from inside a view through files that are none: devices, sockets, FIFOs, and what the
kernel shows of itself. Each hostile program says what came of each of its tries."""

import os
import socket
import sys

import pytest

import hostile
import isolation
from daemon import STAYS

KERNEL_FILES = ["/dev/null", "/dev/full", "/dev/urandom", "/dev/tty", "/proc/uptime", "/proc/stat",
                "/proc/net/unix", "/proc/net/tcp", "/proc/sys/kernel/hostname", "/sys/class"]

MODES = hostile.PRELUDE + f"""
for path in {KERNEL_FILES!r}:
    tried(path, os.chmod, path, 0o600)
    tried(path, os.chown, path, 1, 1)
    tried(path, os.utime, path, (1, 1))
for fd in range(3):
    if os.fstat(fd).st_rdev == os.makedev(1, 3):
        tried("fd", os.fchmod, fd, 0o600)
        tried("fd", os.fchown, fd, 1, 1)
for path in ("/proc/sys/kernel/panic", "/proc/sysrq-trigger", "/proc/self/oom_score_adj",
             "/sys/class/net/lo/uevent", "/proc/self/setgroups", "/proc/self/uid_map"):
    if os.path.exists(path):
        tried(path, os.open, path, os.O_WRONLY)
for path in ("/dev/null", "/dev", "/proc", "/sys"):
    tried(path, os.rename, path, "/stolen")
"""

HIDDEN = ["acpi", "asound", "kcore", "keys", "kmsg", "kpageflags", "sched_debug", "scsi",
          "timer_list", "vmallocinfo"]


def state(path):
    status = os.stat(path)
    return status.st_mode, status.st_uid, status.st_gid, status.st_rdev


@pytest.fixture
def possible(app):
    isolation.require()
    app.procfile(boxed=STAYS)
    app.write("muster.toml", "[boxed]\nisolate = true\n")
    return app


@pytest.mark.row("G145")
@pytest.mark.parametrize("way", ["run", "exec"])
@pytest.mark.parametrize("who", hostile.EVERYBODY)
def test_devices_and_what_the_kernel_shows_stay_as_they_are(possible, who, way):
    app = possible
    app.write("modes.py", MODES)
    hostile.become(app, who).start()
    app.wait_state("boxed.1", "up")
    before = [state(path) for path in KERNEL_FILES]
    where = ["run", "-d", "--"] if way == "run" else ["exec", "-d", "boxed.1"]
    if way == "run":  # its stdin is /dev/null
        app.ok(*where, sys.executable, "-B", "modes.py")
        app.wait_log("muster[run.1]: Process exited with status 0")
        lines = [line.split(": ", 1)[1] for line in app.logs("-p", "run.1", "-s", "app")]
    else:
        lines = app.ok("exec", "boxed.1", sys.executable, "-B", "modes.py").splitlines()
    assert len(lines) > 30
    assert [line for line in lines
            if line.split()[-1] not in ("EROFS", "EPERM", "EACCES", "EBUSY", "EXDEV")] == []
    assert [state(path) for path in KERNEL_FILES] == before


@pytest.mark.row("G145")
@pytest.mark.parametrize("who", hostile.EVERYBODY)
def test_what_the_kernel_tells_of_the_machine_is_hidden(possible, who):
    app = hostile.become(possible, who)
    app.start()
    look = "cd /proc; for name in {}; do [ -d $name ] && ls $name || cat $name; done 2>&1".format(
        " ".join(name for name in HIDDEN if os.path.exists(f"/proc/{name}")))
    assert app.ok("run", "--", "sh", "-c", look) == ""
    shown = app.ok("run", "--", "ls", "/sys").split()
    assert not {"kernel", "fs", "firmware", "power", "hypervisor"} & set(shown)


REACH = hostile.PRELUDE + """
def connect(path):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(path)
def write(path):
    os.write(os.open(path, os.O_WRONLY | os.O_NONBLOCK), b"x")
for path in sys.argv[1:]:
    tried(path, connect if path.endswith("socket") else write, path)
"""


def listen(path):
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen()
    os.chmod(path, 0o777)
    return server


@pytest.mark.row("G146")
@pytest.mark.parametrize("who", ["root", "without privilege"])
def test_no_socket_and_no_fifo_of_the_machine_is_reached(possible, who):
    """In the app's directory; mounted over a file, as containers are given one; and beside a mount,
    where a directory is made anew in a user namespace."""
    hostile.require_root()
    app = possible
    place = app.directory / "place"
    (place / "mounted").mkdir(parents=True)
    app.write("reach.py", REACH)
    app.write("bound.socket", "")
    servers = [listen(path) for path in (app.directory / "plain.socket", place / "beside.socket",
                                         app.home.path / "outer.socket")]
    readers = []
    for path in (app.directory / "plain.fifo", place / "beside.fifo"):
        os.mkfifo(path, 0o666)
        readers.append(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
    mounts = (f"mount -t tmpfs none {place}/mounted && "
              f"mount --bind {app.home.path}/outer.socket {app.directory}/bound.socket && "
              "exec \"$@\"")
    hostile.become(app, who)
    app.wrapper = ["unshare", "-m", "sh", "-c", mounts, "sh", *app.wrapper]
    app.start()
    done = app.ctl("run", "--", sys.executable, "-B", "reach.py", "plain.socket", "bound.socket",
                   "place/beside.socket", "plain.fifo", "place/beside.fifo")
    assert done.stdout.splitlines() == [
        "plain.socket ECONNREFUSED", "bound.socket ECONNREFUSED",
        "place/beside.socket ECONNREFUSED", "plain.fifo ENXIO", "place/beside.fifo ENXIO"], \
        done.stderr
    for server in servers:
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
        server.close()
    for fd in readers:
        os.close(fd)


@pytest.mark.row("G147")
def test_in_a_root_that_is_no_mount_point_it_works_the_same(possible):
    hostile.require_root()
    app = possible
    root = app.home.path / "root"
    names = [name for name in os.listdir("/")
             if os.path.isdir("/" + name) and not os.path.islink("/" + name)]
    links = [name for name in os.listdir("/") if os.path.islink("/" + name)]
    for name in names:
        (root / name).mkdir(parents=True)
    for name in links:
        (root / name).symlink_to(os.readlink("/" + name))
    mounts = " && ".join(f"mount --rbind /{name} {root}/{name}" for name in names)
    app.wrapper = ["unshare", "-m", "--propagation", "private", "sh", "-c",
                   f"{mounts} && exec chroot {root} \"$@\"", "sh"]
    app.start()
    assert app.ok("run", "--", "sh", "-c", "touch new /usr/new; ls -d /usr/new new; id -u") == \
        "/usr/new\nnew\n0\n"
    assert not (app.directory / "new").exists() and not os.path.exists("/usr/new")
    app.wait_state("boxed.1", "up")
    assert app.ok("exec", "boxed.1", "echo", "in") == "in\n"


@pytest.mark.row("G147")
def test_an_ordinary_user_changes_a_copy_of_what_lies_below_a_directory_of_root(possible):
    hostile.require_root()
    app = hostile.become(possible, "ordinary")
    os.chown(app.home.path, 0, 0)
    os.chmod(app.home.path, 0o755)
    for name in ("run", "state"):
        (app.home.path / name).mkdir()
        os.chown(app.home.path / name, hostile.ORDINARY, hostile.ORDINARY)
    app.start()
    changes = "touch new && mkdir a && rm Procfile && ls; touch /tmp/mine /var/tmp/mine && echo so"
    done = app.ctl("run", "--", "sh", "-c", changes)
    assert done.stdout == "a\nmuster.toml\nnew\nso\n", done.stderr
    assert sorted(os.listdir(app.directory)) == ["Procfile", "muster.toml"]
    refused = app.ctl("run", "--", "sh", "-c", "touch /etc/mine; touch /mine")
    assert refused.stderr.count("Permission denied") == 2
