"""Scaling to 200 processes and back leaves nothing."""

import json

import proc
import pytest


def test_up_and_down(app):
    app.procfile(worker="echo ready; exec sleep 1000")
    app.start()
    app.pid("worker.1")
    before = json.loads(app.ok("status", "--json"))
    app.ok("scale", "worker=200")
    app.wait_states({f"worker.{n}": "up" for n in range(1, 201)}, deadline=60)
    assert sorted(set(app.logs("-s", "app", "-n", 1000))) == sorted(
        f"app[worker.{n}]: ready" for n in range(1, 201))
    app.ok("scale", "worker=1")
    app.wait_states({"worker.1": "up"}, deadline=60)
    assert len(app.tree("worker.1")) == 1
    daemon = app.pid_of_supervisor()
    assert [pid for pid in app.home.processes if proc.environment(pid).get("PS")] == \
        app.tree("worker.1")
    assert not [pid for pid in proc.children(daemon) if proc.state(pid) == "Z"]
    assert json.loads(app.ok("status", "--json"))["open_fds"] <= before["open_fds"]


@pytest.mark.long
def test_a_thousand(app):
    app.procfile(worker="exec sleep 1000")
    app.start()
    app.ok("scale", "worker=1000")
    app.wait_state("worker.1000", "up", deadline=120)
    app.ok("scale", "worker=0")
    app.wait_states({}, deadline=120)
