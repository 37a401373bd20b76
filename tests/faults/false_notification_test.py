"""Group G: a process that says of another one that it is ready."""

import sys

import pytest

import proc
from daemon import STAYS
from waiting import wait_for

# In a session of its own, as an orphan if it is to be, with another launch's name in its
# environment. The truth is sent only after the lie, so that whoever has heard it has heard both.
LIAR = """
import os, signal, socket, sys

def say(text):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.connect(os.environ["NOTIFY_SOCKET"])
        s.send(text)

if len(sys.argv) > 2:
    say(b"READY=1\\nSTATUS=a lie")
    os.write(int(sys.argv[2]), b"x")
    signal.pause()
with open("other") as other:
    launch = other.read().strip()
heard, told = os.pipe()
os.set_inheritable(told, True)
if os.fork() == 0:
    os.setsid()
    if sys.argv[1] == "orphan" and os.fork() != 0:
        os._exit(0)
    os.execve(sys.executable, [sys.executable, "-B", *sys.argv[:2], str(told)],
              {**os.environ, "MUSTER_LAUNCH": launch})
os.read(heard, 1)
if sys.argv[1] == "orphan":
    os.wait()
say(b"READY=1\\nSTATUS=the truth")
signal.pause()
"""


@pytest.mark.row("G148")
@pytest.mark.parametrize("cgroups", ["", "1"], ids=["by cgroup", "by parents"])
@pytest.mark.parametrize("kind", ["child", "orphan"])
def test_who_is_ready_is_told_by_the_kernel_and_not_by_the_environment(app, kind, cgroups):
    app.write("liar.py", LIAR)
    gate = app.gate("other")
    app.procfile(waiting=STAYS, liar=f"exec {sys.executable} -B liar.py {kind}")
    app.write("muster.toml", "[waiting]\nready = 'notify'\n[liar]\nready = 'notify'\n")
    app.start(env={"MUSTER_NO_CGROUP": "1"} if cgroups else {})
    pid = wait_for("the process that waits", lambda: app.row("waiting.1")["pid"])
    launch = wait_for("its program", lambda: proc.environment(pid).get("MUSTER_LAUNCH"))
    with gate.writer() as writer:
        writer.write(launch.encode())
    app.wait_state("liar.1", "up")
    assert app.row("waiting.1")["state"] == "starting"
    assert "a lie" not in str(app.row("waiting.1"))


@pytest.mark.row("G148")
def test_a_mark_is_not_the_same_for_two_launches_and_no_other_can_be_made_of_it(app):
    app.procfile(alpha=STAYS)
    app.start("-m", "alpha=2")
    marks = [proc.environment(app.pid(name))["MUSTER_MARK"] for name in ("alpha.1", "alpha.2")]
    assert len(set(marks)) == 2 and all(len(mark) == 16 for mark in marks)
    before = app.kill_supervisor()
    assert before
    app.ok("restart", "alpha.2")
    app.wait_state("alpha.2", "up")
    assert proc.environment(app.pid("alpha.1"))["MUSTER_MARK"] == marks[0]
    assert proc.environment(app.pid("alpha.2"))["MUSTER_MARK"] not in marks
