"""The end of an app, and its life after a reboot: ctl destroy, enable and disable."""

import os
import shlex
import subprocess

import pytest

from daemon import STAYS
from home import BIN
from programs import need
from terminal import Terminal


@pytest.fixture
def stopped(app):
    """An app that has run, and has a config var."""
    app.procfile(web=STAYS)
    app.start("-m", "web=0")
    app.ok("config", "set", "SECRET=x")
    return app


def test_what_runs_is_not_destroyed(stopped):
    told = stopped.refused("destroy", "app", "--confirm", "app")
    assert "ctl -a app shutdown" in told
    assert stopped.ok("config", "get", "SECRET") == "x\n"


def test_the_name_is_asked_for(stopped):
    stopped.stop()
    assert "--confirm app" in stopped.refused("destroy", "app", status=2)
    assert "nothing is removed" in stopped.refused("destroy", "app", "--confirm", "ap")
    assert "no app 'other'" in stopped.refused("destroy", "other", "--confirm", "other")
    assert "SECRET" in (stopped.home.state / "releases").read_text(errors="replace")
    told = stopped.ok("destroy", "app", "--confirm", "app")
    assert "Destroying app... done" in told and str(stopped.directory) in told
    assert not stopped.home.state.exists() and not stopped.home.runtime.exists()
    assert not [name for name in os.listdir(stopped.home.state.parent) if "app" in name]
    assert (stopped.directory / "Procfile").exists()
    assert "no app 'app'" in stopped.refused("destroy", "app", "--confirm", "app")
    stopped.start()
    assert stopped.refused("config", "get", "SECRET")


def test_on_a_terminal_it_is_typed(stopped):
    stopped.stop()
    command = [BIN / "ctl", "destroy", "app"]
    with Terminal(command, stopped.home.environment, stopped.directory) as terminal:
        terminal.wait_shown(b"Type the app's name")
        terminal.press(b"yes\n")
        assert terminal.wait_end() == 1
    assert stopped.home.state.exists()
    with Terminal(command, stopped.home.environment, stopped.directory) as terminal:
        terminal.wait_shown(b"Type the app's name")
        terminal.press(b"app\n")
        assert terminal.wait_end() == 0
    assert not stopped.home.state.exists()


def test_what_a_killed_one_has_begun_is_seen_through(stopped):
    stopped.stop()
    stopped.home.state.rename(stopped.home.state.parent / ".app.destroyed")
    stopped.ok("destroy", "app", "--confirm", "app")
    assert not (stopped.home.state.parent / ".app.destroyed").exists()


@pytest.fixture
def systemctl(app):
    """A stand-in that writes down what it is asked, and says what systemd would."""
    place = app.home.path / "stubs"
    place.mkdir()
    (place / "systemctl").write_text(
        f"#!/bin/sh\necho \"$@\" >>{place}/asked\ncat {place}/state\n")
    (place / "systemctl").chmod(0o755)
    (place / "state").write_text("running\n")
    app.home.environment["PATH"] = f"{place}:{os.environ['PATH']}"
    return place


def test_an_app_is_enabled_and_disabled(stopped, systemctl):
    told = stopped.ok("enable")
    assert "Enabling app... done" in told
    unit = stopped.home.state / "muster-app.service"
    user = [] if os.geteuid() == 0 else ["--user"]
    asked = [line.split() for line in (systemctl / "asked").read_text().splitlines()]
    assert asked == [[*user, "is-system-running"], [*user, "enable", str(unit)]]
    text = unit.read_text()
    start = next(line for line in text.splitlines() if line.startswith("ExecStart="))
    words = shlex.split(start.removeprefix("ExecStart="))
    assert words[0] == str(BIN / "musterd") and words[1:3] == ["--app", "app"]
    assert words[-1] == str(stopped.directory)
    assert f'Environment="MUSTER_HOME={stopped.home.path}"' in text and "Type=notify" in text
    assert f'Environment="PATH={systemctl}:' in text
    verified = subprocess.run([need("systemd-analyze"), *user, "verify", unit],
                              env={**os.environ, "SYSTEMD_LOG_LEVEL": "warning"},
                              capture_output=True, text=True)
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")
    assert "does not start at boot any more" in stopped.ok("disable")
    assert not unit.exists()
    assert (systemctl / "asked").read_text().splitlines()[-1].split() == \
        [*user, "disable", "muster-app.service"]
    assert "was not enabled" in stopped.ok("disable")


def test_who_destroys_an_app_that_is_enabled_disables_it(stopped, systemctl):
    stopped.ok("enable", "app")
    stopped.stop()
    stopped.ok("destroy", "app", "--confirm", "app")
    assert "disable muster-app.service" in (systemctl / "asked").read_text()


def test_without_systemd_it_is_said_how(stopped, systemctl):
    (systemctl / "state").write_text("offline\n")
    told = stopped.refused("enable")
    assert "@reboot" in told and f"MUSTER_HOME={stopped.home.path}" in told
    line = next(line for line in told.splitlines() if "musterd -d" in line)
    stopped.stop()
    # It is a line for a shell, and does what it says.
    start = line.removeprefix(" !    ")
    assert os.system(f"{start} 2>/dev/null") == 0
    assert stopped.ok("config", "get", "SECRET") == "x\n"
    stopped.ok("shutdown")


def test_an_app_that_has_never_run(app, systemctl):
    assert systemctl.exists()
    app.procfile(web=STAYS)
    assert "has never run here" in app.refused("enable")
