"""Concurrent wishes are merged: nobody is told "busy", and the last one holds."""

import pytest

from waiting import wait_for


@pytest.mark.row("B36")
def test_many_at_once(app):
    app.procfile(worker="exec sleep 1000")
    app.start("-m", "worker=0")
    wishes = [app.begin("scale", "worker+1") for _ in range(12)]
    assert [wish.wait(60) for wish in wishes] == [0] * 12
    answers = sorted(int(wish.stdout.read().split()[-1]) for wish in wishes)
    assert answers == list(range(1, 13)), "each saw the sum of its own and the earlier ones"
    assert app.formation() == "worker=12"
    app.pid("worker.12")


@pytest.mark.row("B36")
def test_up_and_down_while_processes_start_and_stop(app):
    app.procfile(worker="trap 'exit 0' TERM; sleep 1000 & wait")
    app.start("-m", "worker=0")
    for count in (5, 0, 3, 1, 4, 0, 2):
        app.ok("scale", f"worker={count}")
    app.wait_states({"worker.1": "up", "worker.2": "up"})
    for name in ("worker.1", "worker.2"):
        wait_for("the shell and its sleep", lambda: len(app.tree(name)) == 2)
        assert len(app.tree(name)) == 2, "never two launches of one process"
