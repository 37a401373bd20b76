"""muster.toml: cron. What is run at its times, by a clock that the test has set."""

import clocks
from waiting import wait_for


def test_at_its_time(app):
    app.procfile(alpha="exec tail -f /dev/null", hourly="echo done by $PS; exit 3")
    app.write("muster.toml", "[hourly]\ncron = '@hourly'\n")
    app.start(env=clocks.set_to("2026-11-22 10:59:58"))
    assert app.formation() == "alpha=1 hourly=0"
    assert app.states() == {"alpha.1": "up"}
    lines = app.wait_log("muster[hourly.1]: Process exited with status 3")
    assert "app[hourly.1]: done by hourly.1" in lines
    wait_for("it to be gone", lambda: app.states() == {"alpha.1": "up"})
    assert "it is run at the times of its cron" in app.refused("scale", "hourly=1")


def test_a_successor_knows_what_is_due(app):
    app.procfile(hourly="echo done; exec tail -f /dev/null")
    app.write("muster.toml", "[hourly]\ncron = '0 * * * *'\n")
    app.start(env=clocks.set_to("2026-11-22 10:59:59"))
    app.kill_supervisor()
    app.wait_log("app[hourly.1]: done")
    app.kill_supervisor()
    assert app.states() == {"hourly.1": "up"}
    app.ok("stop", "hourly")
    assert app.states() == {}


def test_a_wrong_one_is_named(app):
    app.procfile(hourly="true")
    app.write("muster.toml", "[hourly]\ncron = '0 25 * * *'\n")
    assert app.refused("check").endswith("muster.toml:2: cron: '25' is no hour (0 to 23)\n")
