"""Group G: from inside a view through the kernel: system calls, capabilities, namespaces, keys,
other processes. Each hostile program says what came of each of its tries."""

import os
import platform
import subprocess
import sys

import pytest

import hostile
import isolation
from daemon import STAYS

NEWUSER, NEWNS = 0x10000000, 0x20000

# By the numbers that are the same on every machine, and by the two lists of the others.
NUMBERS = {
    "x86_64": {"unshare": 272, "clone": 56, "mount": 165, "umount2": 166, "pivot_root": 155,
               "setns": 308, "keyctl": 250, "add_key": 248, "request_key": 249, "bpf": 321,
               "userfaultfd": 323, "perf_event_open": 298, "open_by_handle_at": 304,
               "init_module": 175, "reboot": 169, "swapon": 167, "ioctl": 16, "ptrace": 101},
    "aarch64": {"unshare": 97, "clone": 220, "mount": 40, "umount2": 39, "pivot_root": 41,
                "setns": 268, "keyctl": 219, "add_key": 217, "request_key": 218, "bpf": 280,
                "userfaultfd": 282, "perf_event_open": 241, "open_by_handle_at": 265,
                "init_module": 105, "reboot": 142, "swapon": 224, "ioctl": 29, "ptrace": 117},
}

CALLS = hostile.PRELUDE + f"""
number = {NUMBERS.get(platform.machine(), {})!r}
null = ctypes.c_char_p(None)
tried("new user namespace", system, number["unshare"], {NEWUSER})
tried("new user and mount namespace", system, number["unshare"], {NEWUSER | NEWNS})
tried("new mount namespace", system, number["unshare"], {NEWNS})
tried("clone into one", system, number["clone"], {NEWUSER} | 17, 0, 0, 0, 0)
tried("clone3", system, 435, null, 0)
tried("mount", system, number["mount"], b"none", b"/mnt", b"tmpfs", 0, null)
tried("remount", system, number["mount"], null, b"/proc", null, 32 | 4096, null)
tried("umount", system, number["umount2"], b"/proc", 2)
tried("pivot_root", system, number["pivot_root"], b".", b".")
for name, new in dict(open_tree=428, move_mount=429, fsopen=430, fsconfig=431, fsmount=432,
                      fspick=433, mount_setattr=442).items():
    tried(name, system, new, b"tmpfs", 0, 0, 0, 0)
tried("setns", system, number["setns"], os.open("/proc/self/ns/mnt", os.O_RDONLY), 0)
tried("keyctl", system, number["keyctl"], 0, -3, 0)
tried("add_key", system, number["add_key"], b"user", b"stolen", b"x", 1, -3)
tried("request_key", system, number["request_key"], b"user", b"stolen", null, -3)
for name in ("bpf", "userfaultfd", "perf_event_open", "open_by_handle_at", "init_module", "swapon"):
    tried(name, system, number[name], 0, 0, 0, 0, 0)
tried("reboot", system, number["reboot"], 0, 0, 0, 0)
for high in (0, 1 << 32):
    tried("TIOCSTI", system, number["ioctl"], 0, 0x5412 | high, b"x")
    tried("TIOCLINUX", system, number["ioctl"], 0, 0x541c | high, b"x")
tried("ptrace", system, number["ptrace"], 16, 1, 0, 0)
tried("clock", __import__("time").clock_settime, 0, 0)
tried("hostname", socket.sethostname, "stolen")
tried("device", os.mknod, "disk", stat.S_IFBLK | 0o666, os.makedev(254, 0))
"""

REFUSED = {"clone3": "ENOSYS", "device": "EPERM"}


def outcomes(done):
    assert done.stdout, done.stderr
    return [line.rsplit(" ", 1) for line in done.stdout.splitlines()]


@pytest.fixture
def running(app):
    isolation.require()
    app.procfile(boxed=STAYS)
    app.write("muster.toml", "[boxed]\nisolate = true\n")
    return app


@pytest.mark.row("G141")
@pytest.mark.skipif(platform.machine() not in NUMBERS, reason="not the machine's numbers")
@pytest.mark.parametrize("way", ["run", "exec"])
@pytest.mark.parametrize("who", hostile.EVERYBODY)
def test_the_system_calls_that_lead_out_are_refused(running, who, way):
    running.write("calls.py", CALLS)
    hostile.become(running, who).start()
    running.wait_state("boxed.1", "up")
    where = ["run", "--"] if way == "run" else ["exec", "boxed.1"]
    tried = outcomes(running.ctl(*where, sys.executable, "-B", "calls.py"))
    assert len(tried) > 25
    assert [(name, came) for name, came in tried if came != REFUSED.get(name, "EPERM")] == []


# A call by the number and the gate of i386: whoever checks only numbers is told nonsense.
BY_GATE = f"""
import ctypes, mmap
code = (b"\\x53\\x89\\xf8\\x89\\xf3\\xcd\\x80\\x5b\\xc3")  # eax = edi, ebx = esi, int 0x80
page = mmap.mmap(-1, 4096, prot=7)
page.write(code)
by_gate = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_int)(
    ctypes.addressof(ctypes.c_char.from_buffer(page)))
print("unshare", by_gate(310, {NEWUSER}), "getpid", by_gate(20, 0))
"""
X32 = hostile.PRELUDE + f"""
tried("unshare", system, 0x40000000 | 272, {NEWUSER})
tried("getpid", system, 0x40000000 | 39)
"""


@pytest.mark.row("G141")
@pytest.mark.skipif(platform.machine() != "x86_64", reason="x86_64 has two more ways to call")
def test_the_calls_of_other_machines_are_refused(running):
    running.start()
    python = ["run", "--", sys.executable, "-c"]
    assert running.ok(*python, X32).splitlines() == ["unshare ENOSYS", "getpid ENOSYS"]
    outside = subprocess.run([sys.executable, "-c", BY_GATE], capture_output=True)
    if outside.returncode == 0:  # the kernel has such a gate
        assert running.ok(*python, BY_GATE) == "unshare -1 getpid -1\n"


# The capabilities that a supervisor of root, or a service manager, may have left in which set.
ODD_SETS = {
    "ambient": ["setpriv", "--inh-caps=+sys_admin,+sys_ptrace,+mknod",
                "--ambient-caps=+sys_admin,+sys_ptrace,+mknod"],
    "inheritable": ["setpriv", "--inh-caps=+sys_admin,+sys_module"],
    "bounding not to be changed": ["setpriv", "--bounding-set=-setpcap"],
    "few": ["setpriv", "--bounding-set=-net_raw,-audit_write,-sys_ptrace,-sys_module"],
}
KEPT = 0xa00425fb
SETS = ["CapInh", "CapPrm", "CapEff", "CapAmb"]


def sets(app, *where):
    text = app.ok(*where, "cat", "/proc/self/status")
    found = {line.split(":")[0]: line.split()[1] for line in text.splitlines() if ":" in line
             and line.startswith(("Cap", "NoNewPrivs"))}
    return [int(found[name], 16) for name in SETS], int(found["NoNewPrivs"])


@pytest.mark.row("G142")
@pytest.mark.parametrize("odd", ODD_SETS)
def test_whatever_capabilities_the_daemon_has_those_inside_have_few(running, odd):
    hostile.require_root()
    running.wrapper = ODD_SETS[odd]
    running.start()
    running.wait_state("boxed.1", "up")
    for where in (["run", "--"], ["exec", "boxed.1"]):
        (inheritable, permitted, effective, ambient), _ = sets(running, *where)
        assert (inheritable, ambient, permitted & ~KEPT) == (0, 0, 0)
        assert permitted == effective


@pytest.mark.row("G142")
@pytest.mark.parametrize("odd", ODD_SETS)
def test_who_is_not_root_inside_has_none_and_gets_none(running, odd):
    hostile.require_root()
    running.wrapper = ODD_SETS[odd]
    running.write("muster.toml", "[boxed]\nisolate = true\nuser = 'nobody'\n"
                  "[run]\nuser = 'nobody'\n")
    os.chmod(running.home.path, 0o755)
    running.start()
    running.wait_state("boxed.1", "up")
    for where in (["run", "--"], ["exec", "boxed.1"]):
        assert sets(running, *where) == ([0, 0, 0, 0], 1)


# A program that changes nothing of the machine may do what is usual.
ORDINARY = """
set -e
echo text > file; chown nobody: file; chmod 4755 file; ln file other; mkdir -p a/b; rm -r a
su nobody -s /bin/sh -c id | grep -c nobody
chroot / true
mkdir /opt/made; touch /etc/made /usr/made /var/tmp/made
python3 -c 'import os; os.setuid(65534); print(os.getuid())'
sh -c 'kill -9 $$' || echo killed
echo through > /dev/stdout; cat < /dev/null; head -c 4 /dev/urandom | wc -c
python3 -c 'import multiprocessing as m; print(m.Pool(2).map(abs, [-1, -2]))'
python3 -c 'import pty; pty.spawn(["true"]); print("terminal")'
"""


@pytest.mark.row("G141")
def test_what_root_usually_does_it_may_still_do(running):
    hostile.require_root()
    running.start()
    done = running.ctl("run", "--", "sh", "-c", ORDINARY)
    assert done.stdout.split("\n") == ["1", "65534", "killed", "through", "4", "[1, 2]", "terminal",
                                       ""], done.stderr
    assert done.returncode == 0


PROCESSES = hostile.PRELUDE + """
import resource, signal
print("seen", sorted(int(name) for name in os.listdir("/proc") if name.isdigit()))
for name in ("exe", "root", "cwd", "fd/0", "ns/mnt"):
    tried(name, os.readlink, "/proc/1/" + name)
for name in ("environ", "mem", "maps", "io", "auxv", "stack"):
    tried(name, lambda path: os.read(os.open(path, os.O_RDONLY), 1), "/proc/1/" + name)
tried("oom_score_adj", os.open, "/proc/1/oom_score_adj", os.O_RDWR)
os.kill(1, signal.SIGKILL)
os.kill(1, signal.SIGSTOP)
tried("pidfd", lambda: system(438, os.pidfd_open(1), 0, 0))
print("lives", os.path.exists("/proc/1"))
"""


@pytest.mark.row("G143")
@pytest.mark.parametrize("who", hostile.EVERYBODY)
def test_of_number_1_there_is_nothing_to_be_had(running, who):
    running.write("look.py", PROCESSES)
    hostile.become(running, who).start()
    tried = outcomes(running.ctl("run", "--", sys.executable, "-B", "look.py"))
    assert tried[0] == ["seen [1,", "2]"] and tried[-1] == ["lives", "True"]
    assert len(tried) == 15
    assert {came for _, came in tried[1:-1]} <= {"EACCES", "EPERM", "EROFS"}, tried


@pytest.mark.row("G144")
def test_where_the_kernel_executes_no_memory_it_is_isolated_by_a_mount(running):
    hostile.require_root()
    forbid = "echo 2 > /proc/sys/vm/memfd_noexec && exec \"$@\""
    running.wrapper = ["unshare", "-p", "--fork", "--kill-child", "--mount-proc", "sh", "-c",
                       forbid, "sh"]
    if subprocess.run([*running.wrapper, "true"], capture_output=True).returncode != 0:
        pytest.skip("the kernel has no such switch")
    running.start()
    assert running.ok("run", "--", "cat", "/proc/1/comm") == "muster-exec\n"
    running.ok("shutdown")
    running.wait()
