"""muster.toml: cron. What is run at its times, by a clock that the test has set."""

import shutil
import subprocess

import pytest
from waiting import wait_for


@pytest.fixture
def clock():
    """The environment in which it is two seconds before the hour."""
    faketime = shutil.which("faketime")
    if not faketime:
        pytest.skip("faketime is not installed")
    library = subprocess.run([faketime, "2000-01-01", "sh", "-c", "echo $LD_PRELOAD"],
                             capture_output=True, text=True, check=True).stdout.strip()
    return {"LD_PRELOAD": library, "FAKETIME": "@2026-11-22 10:59:58", "TZ": "UTC",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1", "FAKETIME_NO_CACHE": "1"}


def test_at_its_time(app, clock):
    app.procfile(alpha="exec tail -f /dev/null", hourly="echo done by $PS; exit 3")
    app.write("muster.toml", "[hourly]\ncron = '@hourly'\n")
    app.start(env=clock)
    assert app.formation() == "alpha=1 hourly=0"
    assert app.states() == {"alpha.1": "up"}
    lines = app.wait_log("muster[hourly.1]: Process exited with status 3")
    assert "app[hourly.1]: done by hourly.1" in lines
    wait_for("it to be gone", lambda: app.states() == {"alpha.1": "up"})
    assert "it is run at the times of its cron" in app.refused("scale", "hourly=1")


def test_a_successor_knows_what_is_due(app, clock):
    app.procfile(hourly="echo done; exec tail -f /dev/null")
    app.write("muster.toml", "[hourly]\ncron = '0 * * * *'\n")
    app.start(env={**clock, "FAKETIME": "@2026-11-22 10:59:59"})
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
