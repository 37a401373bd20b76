"""Group G: from inside a view through what is executed in it to the machine's own programs."""

import hashlib
import sys

import pytest

import hostile

# So long a search that a program is looked for in the view for a while, and in vain.
LONG_PATH = ":".join(f"/no/such/directory/{number}" for number in range(3000))


def state(path):
    status = path.stat()
    return (status.st_mode, status.st_uid, status.st_size, status.st_mtime_ns, status.st_ctime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest())


@pytest.mark.row("G140")
@pytest.mark.parametrize("who", hostile.EVERYBODY)
def test_no_program_of_the_machine_is_reached_through_what_is_executed_inside(
        app, installed, who):
    program = installed / "muster-exec"
    app.write("hostile.py", hostile.PRELUDE + hostile.AT_EXECUTABLES)
    app.procfile(boxed=f"exec {sys.executable} -B hostile.py")
    app.write("muster.toml", "[boxed]\nisolate = true\nready = 'exec:no-such-probe; true'\n"
              "health = 'exec:no-such-check; true'\n"
              f"env.PATH = '{LONG_PATH}:/usr/bin:/bin'\n")
    hostile.become(app, who)
    before = state(program)
    app.start()
    app.wait_state("boxed.1", "up")
    for _ in range(10):
        assert app.ctl("exec", "boxed.1", "no-such-program").returncode == 127
        app.ok("exec", "boxed.1", "/bin/true")
    app.ok("exec", "boxed.1", "/bin/sh", "-c", "true")
    assert state(program) == before
    assert [line for line in app.logs() if "reached" in line] == []
