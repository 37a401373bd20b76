"""What muster.toml says about a process that ends by itself, and about having two of one."""

import pytest
from daemon import STAYS
from waiting import stays


def test_a_task_is_complete_once_it_succeeds(app):
    app.procfile(task="[ -f done ] && exit 3; touch done; exit 1")
    app.write("muster.toml", "[task]\nrestart = 'on-failure'\nsuccess = [0, 3]\n")
    app.start()
    row = app.wait_state("task.1", "complete")
    assert (row["last_exit"], row["restarts"]) == (3, 1)
    app.kill_supervisor()
    stays("complete", lambda: app.row("task.1")["state"] == "complete", 0.5)
    app.ok("start", "task.1")
    app.wait_log("muster[task.1]: Process exited with status 3", count=2)
    app.wait_state("task.1", "complete")


def test_a_process_that_keeps_crashing_is_given_up(app):
    app.procfile(alpha="exit 1", bravo=STAYS)
    app.write("muster.toml", "[alpha]\nbackoff = { base = '50ms', cap = '100ms' }\n"
              "give_up = { crashes = 4, within = '10m' }\n")
    app.start()
    app.wait_log("muster[alpha.1]: Giving up after 4 crashes within 600 seconds; "
                 "ctl start alpha.1 tries again")
    assert app.row("alpha.1")["state"] == "failed"
    assert app.status()["alarms"] == ["has failed: alpha.1"]
    assert app.logs("-p", "alpha.1").count("muster[alpha.1]: Process exited with status 1") == 4
    app.kill_supervisor()
    assert app.row("alpha.1")["state"] == "failed"
    app.ok("stop", "alpha.1")
    app.wait_state("alpha.1", "down")


def test_a_successor_still_counts_the_crashes(app):
    app.procfile(alpha="read x < gate; exit 1")
    gate = app.gate("gate")
    app.write("muster.toml", "[alpha]\ngive_up = { crashes = 2, within = '1h' }\n")
    app.start()
    pid = app.pid("alpha.1")
    gate.open()
    app.replaced("alpha.1", pid)
    app.kill_supervisor()
    gate.open()
    app.wait_state("alpha.1", "failed")


def test_one_that_is_never_to_be_started_again(app):
    app.procfile(alpha="exit 1")
    app.write("muster.toml", "[alpha]\nrestart = 'never'\n")
    app.start()
    app.wait_state("alpha.1", "failed")
    assert app.row("alpha.1")["restarts"] == 0


@pytest.mark.parametrize("name, settings", [("clock", ""), ("scheduler", ""),
                                            ("alpha", "[alpha]\nsingleton = true\n")])
def test_a_singleton_is_not_scaled_beyond_one(app, name, settings):
    app.procfile(**{name: STAYS})
    app.write("muster.toml", settings)
    app.start()
    error = app.refused("scale", f"{name}=2")
    assert "should never be scaled beyond a single process" in error
    assert app.formation() == f"{name}=1"
    app.write("muster.toml", f"[{name}]\nsingleton = false\n")
    app.ok("reload")
    app.ok("scale", f"{name}=2")
    assert app.formation() == f"{name}=2"


def test_a_singleton_is_not_started_twice(app):
    app.procfile(clock=STAYS, alpha=STAYS)
    app.start("-m", "clock=2", wait=False)
    assert app.wait() == 1
    assert "should never be scaled beyond a single process" in app.errors
    app.start("-m", "all=2")
    assert app.formation() == "alpha=2 clock=1"
