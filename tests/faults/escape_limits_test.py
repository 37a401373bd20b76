"""Group G: what is hostile and not isolated, or isolated and greedy: the daemon is not looked into,
and the copies of all together have a bound."""

import sys

import pytest

import hostile
import isolation
from daemon import STAYS

LOOK_INTO = hostile.PRELUDE + """
def get_descriptor(pidfd):
    return system(438, pidfd, 3, 0)
for name, pid in zip(("supervisor", "keeper"), sys.argv[1:]):
    for request in (16, 0x4206):  # PTRACE_ATTACH, PTRACE_SEIZE
        def trace():
            if libc.ptrace(request, int(pid), None, None) == -1:
                raise OSError(ctypes.get_errno(), "")
        tried(name, trace)
    for file in ("mem", "environ", "maps", "fd/0"):
        tried(name, lambda path: os.read(os.open(path, os.O_RDONLY), 1), f"/proc/{pid}/{file}")
    tried(name, os.listdir, f"/proc/{pid}/fd")
    tried(name, get_descriptor, os.pidfd_open(int(pid)))
"""


@pytest.mark.row("G149")
def test_a_process_of_the_daemons_own_user_can_look_neither_into_it_nor_trace_it(app):
    isolation.require()
    hostile.require_root()
    app.procfile(alpha=STAYS)
    app.write("look.py", LOOK_INTO)
    hostile.become(app, "ordinary").start()
    status = app.status()
    done = app.ctl("run", "--shared", "--", sys.executable, "-B", "look.py",
                   status["supervisor_pid"], status["keeper_pid"])
    tried = [line.split() for line in done.stdout.splitlines()]
    assert len(tried) == 16, done.stderr
    assert {came for _, came in tried} <= {"EPERM", "EACCES"}, tried
    # The daemon can still read all that it reads of itself, also after a death.
    app.kill_supervisor()
    assert app.ok("run", "--shared", "--", "echo", "in") == "in\n"
    assert app.ok("run", "--", "echo", "in") == "in\n"
    app.wait_state("alpha.1", "up")


@pytest.mark.row("G149")
def test_a_copy_larger_than_a_quarter_of_the_memory_is_refused(app):
    isolation.require()
    app.procfile(alpha=STAYS)
    app.start()
    refused = app.ctl("run", "--disk", "100T", "--", "true")
    assert refused.returncode != 0
    assert "a quarter of the memory" in refused.stderr and "--disk" in refused.stderr
    assert app.ok("run", "--disk", "32M", "--", "echo", "in") == "in\n"
