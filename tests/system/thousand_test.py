"""ctl ps shows 1,000 processes, in their order. How quickly, bench/run measures (W6)."""

import pytest

from waiting import wait_for


@pytest.mark.row("B37")
def test_ps(app):
    app.procfile(worker="exec sleep 1000")
    app.start("-m", "worker=1000")
    # Asked in the way that costs the daemon least: a thousand starts are work enough.
    wait_for("all to be up", lambda: app.status()["processes_up"] == 1000, deadline=240)
    assert list(app.states().values()) == ["up"] * 1000
    table = app.ok("ps").splitlines()[2:]
    assert [line.split()[0] for line in table] == [f"worker.{n}" for n in range(1, 1001)]
