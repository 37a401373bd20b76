"""ctl run -d: the one-off goes on alone, its output in the log."""

import pytest


@pytest.fixture
def running(app):
    app.procfile(worker="exec sleep 1000", task="echo task")
    return app.start("-m", "worker=1,task=0")


@pytest.mark.asan
def test_output_in_the_log(running):
    assert "run.1" in running.ok("run", "-d", "--", "sh", "-c", "echo hello; exit 3")
    lines = running.wait_log("muster[run.1]: State changed from up to complete")
    assert "app[run.1]: hello" in lines
    assert "muster[run.1]: Process exited with status 3" in lines
    assert not any("run.1]: State changed from complete" in line for line in lines)


def test_it_is_not_restarted_with_the_others(running):
    running.ok("run", "-d", "--", "sleep", "1000")
    pid = running.pid("run.1")
    before = running.pid("worker.1")
    running.ok("restart")
    running.replaced("worker.1", before)
    assert running.pid("run.1") == pid
    assert running.ok("stop", "run.1") == "Stopping run.1 process... done\n"
    running.wait_log("muster[run.1]: Process exited with status 143")


def test_a_shutdown_ends_it_too(running):
    running.ok("run", "-d", "--", "sleep", "1000")
    running.pid("run.1")
    assert running.stop() == 0
    assert running.home.processes == []


def test_a_type_name(running):
    running.ok("run", "-d", "--", "task")
    running.wait_log("app[run.1]: task")
