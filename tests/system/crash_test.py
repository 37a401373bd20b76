"""Any exit of a formation process is a crash: started again at once, then later and later."""

import signal

import proc
import pytest
from waiting import stays


@pytest.mark.asan
def test_the_first_restart_is_at_once(app):
    app.procfile(alpha="exec sleep 1000", bravo="exec sleep 1000")
    app.start()
    pid, other = app.pid("alpha.1"), app.pid("bravo.1")
    proc.kill(pid, signal.SIGKILL)
    row = app.replaced("alpha.1", pid)
    assert row["restarts"] == 1
    assert row["last_exit"] == 137
    assert app.row("bravo.1")["pid"] == other, "it takes nobody down"
    lines = app.logs("-p", "alpha.1")
    order = ["muster[alpha.1]: Process exited with status 137",
             "muster[alpha.1]: State changed from up to crashed",
             "muster[alpha.1]: State changed from crashed to starting",
             "muster[alpha.1]: State changed from starting to up"]
    tail = lines[lines.index(order[0]):]
    assert [line for line in tail if line in order] == order


@pytest.mark.parametrize("code", [0, 1, 42])
def test_then_it_backs_off(app, code):
    app.procfile(alpha=f"echo try; exit {code}", bravo="exec sleep 1000")
    app.start()
    app.wait_log(f"muster[alpha.1]: Process exited with status {code}", count=2)
    app.wait_state("alpha.1", "crashed")
    stays("back-off", lambda: app.row("alpha.1")["state"] == "crashed", 1)
    assert app.logs("-s", "app").count("app[alpha.1]: try") == 2
    assert app.row("alpha.1")["last_exit"] == code
    assert app.row("bravo.1")["state"] == "up"


def test_a_process_in_back_off_can_be_stopped_scaled_away_and_shut_down(app):
    app.procfile(alpha="exit 1", bravo="exit 1", charlie="exit 1")
    app.start()
    for name in ("alpha", "bravo", "charlie"):
        app.wait_log(f"muster[{name}.1]: Process exited with status 1", count=2)
    app.ok("stop", "alpha.1")
    app.wait_state("alpha.1", "down")
    app.ok("scale", "bravo=0")
    assert "bravo.1" not in app.states()
    assert app.stop() == 0


@pytest.mark.long
def test_the_second_restart_is_after_ten_seconds(app):
    app.procfile(alpha="date +%s.%N; exit 1")
    app.start()
    app.wait_log("muster[alpha.1]: Process exited with status 1", count=3, deadline=60)
    times = [float(line.split(": ")[1]) for line in app.logs("-s", "app")]
    assert times[1] - times[0] < 3
    assert 9.5 < times[2] - times[1] < 13
