"""Nobody else may read the log or reach the sockets, whatever the umask."""

import os
import stat
import subprocess

import pytest

from waiting import wait_for


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


@pytest.mark.row("E78", "F92")
def test_under_umask_0(app):
    app.procfile(alpha="umask; exec sleep 1000")
    with open(app.output_file, "wb") as out:
        app.popen = subprocess.Popen(app.command(), stdin=subprocess.DEVNULL, stdout=out,
                                     stderr=out, env=app.home.environment, umask=0)
    wait_for("the daemon", app.answers)
    assert mode(app.home.runtime) == 0o700
    assert mode(app.home.state) == 0o700
    app.wait_log("app[alpha.1]: 0000")


@pytest.mark.row("F91")
def test_a_runtime_directory_that_is_a_symlink_is_refused(app):
    app.procfile(alpha="exec sleep 1000")
    elsewhere = app.home.path / "elsewhere"
    elsewhere.mkdir()
    app.home.runtime.parent.mkdir()
    app.home.runtime.symlink_to(elsewhere)
    done = app.start_in_background()
    assert done.returncode == 1
    assert str(app.home.runtime) in done.stderr
    assert list(elsewhere.iterdir()) == []
