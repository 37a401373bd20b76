"""ctl shutdown stops everything and comes back when it is done."""

import pytest


@pytest.mark.asan
def test_everything_is_gone_when_it_returns(app):
    app.procfile(worker="trap 'echo bye; exit 0' TERM; sleep 1000 & wait", other="exec sleep 1000")
    app.start("-m", "worker=3,other=2")
    app.pid("worker.3")
    app.ok("shutdown")
    assert app.wait(5) == 0
    assert app.home.processes == []
    app.refused("ps", status=3)
    assert app.logs("-s", "app").count("app[worker.1]: bye") == 1


def test_of_a_background_daemon(app):
    app.procfile(worker="exec sleep 1000")
    assert app.start_in_background().returncode == 0
    daemon = app.pid_of_daemon()
    app.ok("shutdown")
    assert set(app.home.processes) <= {daemon}, "at most the daemon's last moments"


def test_twice(app):
    app.procfile(worker="exec sleep 1000")
    app.start()
    app.ok("shutdown")
    app.wait(5)
    app.refused("shutdown", status=3)


def test_the_app_can_be_started_again_at_once(app):
    app.procfile(worker="exec sleep 1000")
    for _ in range(3):
        app.start()
        app.pid("worker.1")
        app.ok("shutdown")
        app.wait(5)
