"""ctl status and ctl version: the daemon's health, and who is who."""

import json

import pytest


@pytest.mark.asan
def test_status(app):
    app.procfile(worker="echo hello; exec sleep 1000")
    app.start()
    app.wait_log("app[worker.1]: hello")
    told = json.loads(app.ok("status", "--json"))
    assert told["pid"] == app.popen.pid or told["pid"] in app.home.processes
    assert told["app"] == "app"
    assert told["seq"] > 3 and told["journal"]
    assert told["journal_bytes"] > 0
    assert told["processes"] == told["processes_up"] == 1
    assert 0 < told["memory_bytes"] < 1 << 30
    assert 0 < told["open_fds"] < told["fd_limit"]
    assert told["alarms"] == []
    assert str(told["pid"]) in app.ok("status")


def test_fds_and_memory_do_not_grow_with_use(app):
    app.procfile(worker="exec sleep 1000")
    app.start()
    app.pid("worker.1")
    before = json.loads(app.ok("status", "--json"))
    for count in (20, 1, 20, 1):
        app.ok("scale", f"worker={count}")
        app.wait_states({f"worker.{n}": "up" for n in range(1, count + 1)})
    after = json.loads(app.ok("status", "--json"))
    assert after["open_fds"] <= before["open_fds"]


def test_version(app):
    app.procfile(worker="exec sleep 1000")
    assert "0.1.0" in app.ctl("version").stdout
    app.start()
    assert app.ok("version").count("0.1.0") == 2, "ctl's and the daemon's"
