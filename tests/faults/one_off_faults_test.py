"""Group G: one-offs that are to leave no trace."""

import hashlib
import os
import signal
import subprocess
import sys

import pytest

import isolation
import proc
from daemon import STAYS
from waiting import wait_for

WITHOUT_PRIVILEGE = ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"]


@pytest.fixture
def isolated(app):
    isolation.require()
    app.procfile(alpha=STAYS)
    return app


def as_root():
    if os.geteuid() != 0:
        pytest.skip("takes a privilege away that only root has")
    if subprocess.run(["unshare", "-Ur", "true"], capture_output=True).returncode != 0:
        pytest.skip("no user namespaces here")


def tree(directory):
    """Everything that can be known of the files below it."""
    known = {}
    for path in sorted(directory.rglob("*")):
        state = path.lstat()
        content = os.readlink(path) if path.is_symlink() else b""
        if path.is_file() and not path.is_symlink():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
        known[str(path)] = (state.st_mode, state.st_uid, state.st_size, state.st_mtime_ns, content)
    return known


def overlays():
    """Those that are mounted where we are; other tests mount other things meanwhile."""
    return [line for line in proc.read(os.getpid(), "mounts").splitlines() if b"overlay" in line]


def sow(directory):
    (directory / "kept" / "deep").mkdir(parents=True)
    (directory / "kept" / "file").write_text("precious\n")
    (directory / "kept" / "deep" / "bytes").write_bytes(os.urandom(10_000))
    (directory / "kept" / "link").symlink_to("file")


DESTROYER = """
import ctypes, os, shutil, sys
kept = sys.argv[1]
libc = ctypes.CDLL(None, use_errno=True)
def refused(what, *arguments):
    print(what.__name__, what(*arguments) == -1 and ctypes.get_errno() in (1, 13, 30))
def write_to(path):
    try:
        open(path, "w").write("1")
    except OSError as problem:
        return print(path, problem.errno in (1, 13, 30))
    print(path, False)
refused(libc.mount, b"none", b"/mnt", b"tmpfs", 0, None)
refused(libc.mknod, kept.encode() + b"/disk", 0o060600, os.makedev(254, 0))
refused(libc.ptrace, 16, 1, 0, 0)  # PTRACE_ATTACH
write_to("/proc/sys/kernel/panic")
write_to("/proc/sysrq-trigger") if os.path.exists("/proc/sysrq-trigger") else None
try:
    os.kill(-1, 9)
except ProcessLookupError:
    print("nobody else to kill")
print("seen", sorted(int(name) for name in os.listdir("/proc") if name.isdigit()))
shutil.rmtree(kept)
shutil.rmtree("/etc", ignore_errors=True)
print("left", os.path.exists(kept))
try:
    with open("/tmp/full", "wb") as file:
        while True:
            file.write(bytes(1 << 20))
except OSError as problem:
    print("full", problem.errno)
for _ in range(20):
    if os.fork() == 0:
        os.setsid()
        os.execvp("tail", ["tail", "-f", "/dev/null"])
"""


@pytest.mark.row("G95")
@pytest.mark.parametrize("wrapper", [[], WITHOUT_PRIVILEGE], ids=["root", "user namespace"])
def test_a_one_off_that_destroys_everything_destroys_its_copy(isolated, wrapper):
    as_root()
    app = isolated
    sow(app.directory)
    app.write("destroy.py", DESTROYER)
    app.wrapper = wrapper
    app.start()
    etc = os.stat("/etc/passwd")
    before = tree(app.directory)
    done = app.ctl("run", "--disk", "4M", "--", sys.executable, "-B", "destroy.py",
                   str(app.directory / "kept"))
    assert done.stdout.splitlines() == [
        "mount True", "mknod True", "ptrace True", "/proc/sys/kernel/panic True",
        *["/proc/sysrq-trigger True"] * os.path.exists("/proc/sysrq-trigger"),
        "nobody else to kill", "seen [1, 2]", "left False", "full 28"], done.stderr
    assert done.returncode == 0
    assert tree(app.directory) == before
    assert os.stat("/etc/passwd") == etc
    assert not os.path.exists("/tmp/full")
    assert app.tree("run.1") == []


@pytest.mark.row("G96")
@pytest.mark.parametrize("victims", [["supervisor_pid"], ["keeper_pid", "supervisor_pid"]],
                         ids=["supervisor", "both"])
def test_when_daemon_and_client_die_the_one_off_and_its_copy_are_gone(isolated, victims):
    app = isolated
    sow(app.directory)
    app.start()
    before_mounts = overlays()
    before = tree(app.directory)
    client = app.begin("run", "--", "sh", "-c", f"rm -r kept; echo gone; {STAYS}", text=True)
    assert client.stdout.readline() == "gone\n"
    pid = app.pid("run.1")
    status = app.status()
    for victim in victims:
        os.kill(status[victim], signal.SIGKILL)
    client.kill()
    client.communicate(timeout=60)
    if len(victims) == 2:
        app.wait()
        app.start()
    # Its client may come back for half a minute.
    wait_for("the one-off to end", lambda: not proc.alive(pid), 90)
    assert tree(app.directory) == before
    assert overlays() == before_mounts
    assert proc.alive(app.pid("alpha.1"))


@pytest.mark.row("G97")
def test_what_cannot_be_isolated_is_refused_and_told_what_else_there_is(isolated):
    as_root()
    app = isolated
    app.wrapper = ["unshare", "-Ur", "sh", "-c",
                   'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"', "sh",
                   *WITHOUT_PRIVILEGE]
    app.start()
    refused = app.refused("run", "--", "true")
    assert "isolate it from other processes" in refused and "--shared" in refused
    assert app.ok("run", "--shared", "--", "echo", "here") == "here\n"
    app.write("muster.toml", "[run]\nisolate = false\n[alpha]\nisolate = true\n")
    app.ok("reload")
    app.wait_log("muster[alpha.1]: Failed to start: isolate it from other processes: Operation not "
                 "permitted; isolate = false in muster.toml does without")
    assert app.ok("run", "--", "echo", "here") == "here\n"


@pytest.mark.row("G98")
def test_a_one_off_has_three_descriptors_and_no_more(isolated):
    app = isolated
    app.start()
    list_all = "import os; print(sorted(int(fd) for fd in os.listdir('/proc/self/fd')))"
    assert app.ok("run", "--", sys.executable, "-c", list_all) == "[0, 1, 2, 3]\n"
    assert app.ok("run", "--shared", "--", sys.executable, "-c", list_all) == "[0, 1, 2, 3]\n"
