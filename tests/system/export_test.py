"""ctl export: the other side's own programs take what it writes."""

import json
import os
import shutil
import stat
import subprocess

import pytest
import yaml

from daemon import STAYS
from waiting import PATIENCE

SETTINGS = """\
[app]
grace = "30s"
[web]
listen = "127.0.0.1:8000"
health = "http:/up"
env = { A = 'x"y$z%', B = "two\\nlines" }
signal = "INT"
cpu = 1.5
user = "www-data"
[worker]
needs = ["web"]
restart = "on-failure"
success = [0, 3]
[nightly]
cron = "*/15 4 1,15 * mon-fri"
[tick]
cron = "@hourly"
"""


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


def write_app(app):
    app.write("Procfile", "web: sh -c 'echo \"100%\" $PORT; cat'\n"
              "worker: cd / && tail -f /dev/null\n"
              "nightly: true\ntick: true\nrelease: true\n")
    app.write("muster.toml", SETTINGS)
    app.write(".env", "SECRET='a b$c'\n")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_systemd_takes_the_units(app):
    write_app(app)
    app.ok("export", "systemd", "units")
    units = [str(path) for path in sorted((app.home.app / "units").iterdir())
             if path.suffix in (".service", ".timer", ".target", ".socket")]
    assert len(units) == 9
    done = run("systemd-analyze", "verify", *units)
    assert done.returncode == 0, done.stderr
    assert str(app.home.app) not in done.stderr, done.stderr
    times = [line.split("=", 1)[1] for path in units if path.endswith(".timer")
             for line in open(path, encoding="utf-8").read().splitlines()
             if line.startswith("OnCalendar=")]
    assert len(times) == 3
    for time in times:
        assert run("systemd-analyze", "calendar", time).returncode == 0, time


def test_variables_are_for_their_owner_and_nothing_is_written_over(app):
    write_app(app)
    app.ok("export", "systemd", "units")
    place = app.home.app / "units"
    for path in place.iterdir():
        assert stat.S_IMODE(os.stat(path).st_mode) == (0o600 if path.suffix == ".env" else 0o644)
    assert "is there already" in app.refused("export", "systemd", "units")
    app.ok("export", "systemd", "units", "--force")
    # The shell of a unit reads what is meant.
    read = run("sh", "-c", f". {place}/app-web.env; printf %s \"$A|$B|$SECRET\"")
    assert read.stdout == 'x"y$z%|two\nlines|a b$c'


def test_yaml_and_json_hold_what_was_meant(app):
    write_app(app)
    for name in ("compose", "kubernetes", "nomad"):
        app.ok("export", name, name)
    place = app.home.app
    services = yaml.safe_load((place / "compose/compose.yaml").read_text())["services"]
    assert services["web"]["command"][2].endswith("sh -c 'echo \"100%\" $$PORT; cat'")
    assert services["worker"]["depends_on"] == {"web": {"condition": "service_started"}}
    objects = list(yaml.safe_load_all((place / "kubernetes/kubernetes.yaml").read_text()))
    assert sorted(made["kind"] for made in objects) == [
        "CronJob", "CronJob", "Deployment", "Deployment", "Job", "Service"]
    secrets = list(yaml.safe_load_all((place / "kubernetes/secrets.yaml").read_text()))
    assert secrets[0]["stringData"]["B"] == "two\nlines"
    job = json.loads((place / "nomad/app.nomad.json").read_text())["Job"]
    assert [group["Name"] for group in job["TaskGroups"]] == ["web", "worker"]


def test_the_formation_and_the_config_vars_of_the_daemon_are_exported(app):
    app.procfile(alpha=STAYS, beta=STAYS)
    app.start()
    app.ok("scale", "alpha=3", "beta=0")
    app.ok("config", "set", "ADDED=later")
    shown = app.ok("export", "systemd")
    assert "==> app-alpha.3.service" in shown
    assert "app-beta.1.service" not in shown
    assert 'ADDED="later"' in shown
