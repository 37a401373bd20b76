"""As pid 1 of a container the daemon reaps whatever is orphaned to it."""

import os
import subprocess

import proc
import pytest
from waiting import wait_for

UNSHARE = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]


@pytest.mark.skipif(
    subprocess.run([*UNSHARE, "true"], capture_output=True).returncode != 0,
    reason="no pid namespace may be made here")
def test_orphans_are_reaped(app):
    app.procfile(worker="(setsid sh -c 'echo orphan; exit 3' &); echo Ready; exec sleep 1000")
    with open(app.output_file, "wb") as out:
        app.popen = subprocess.Popen([*UNSHARE, *app.command()], stdin=subprocess.DEVNULL,
                                     stdout=out, stderr=out, env=app.home.environment)
    wait_for("the daemon", app.answers)
    app.wait_log("app[worker.1]: orphan")
    init = wait_for("pid 1", lambda: proc.children(app.popen.pid))[0]
    wait_for("no zombie", lambda: not [
        pid for pid in proc.children(init) if proc.state(pid) == "Z"])
    assert os.path.exists(f"/proc/{init}")
    app.ok("shutdown")
    assert app.wait() == 0
