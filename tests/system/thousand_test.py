"""ctl ps shows 1,000 processes, in their order. How quickly, bench/run measures (W6)."""

import pytest

from waiting import wait_for


@pytest.mark.row("B37")
def test_ps(app):
    app.procfile(worker="exec sleep 1000")
    app.start("-m", "worker=1000")
    wait_for("all to be up",
             lambda: list(app.states().values()) == ["up"] * 1000, deadline=120)
    table = app.ok("ps").splitlines()[2:]
    assert [line.split()[0] for line in table] == [f"worker.{n}" for n in range(1, 1001)]
