"""Where an app's ports begin is chosen once, by musterd -p or ctl create -p, and said where .env
chooses it instead."""

import subprocess

import pytest
from daemon import STAYS
from pushes import Work

from home import BIN


def start(app, *options):
    """The words of a musterd that goes into the background, started without -p."""
    done = subprocess.run([str(BIN / "musterd"), "-d", *options, str(app.directory)], text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
                          env=app.home.environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.fixture
def work(app):
    work = Work(app)
    yield work
    app.ctl("shutdown")


def port(app):
    app.wait_state("alpha.1", "up")
    return app.row("alpha.1")["port"]


@pytest.mark.parametrize("option", ["-p", "--port"])
def test_create_chooses_it_for_what_is_pushed_and_for_ever(work, option):
    app = work.app
    app.ok("create", option, app.home.port)
    work.commit("one", alpha=STAYS)
    work.pushed()
    app.ok("scale", "alpha=1")
    assert port(app) == app.home.port
    app.ok("shutdown")
    start(app, "--app", "app")
    assert port(app) == app.home.port


def test_create_again_without_it_keeps_it_and_with_it_says_when_it_counts(work):
    app = work.app
    app.procfile(alpha=STAYS)
    app.ok("create", "-p", app.home.port)
    app.ok("create")
    start(app)
    assert port(app) == app.home.port
    done = app.ctl("create", "-p", app.home.port + 100)
    assert f"begin at {app.home.port + 100} from the next start on" in done.stderr
    assert port(app) == app.home.port
    app.ok("shutdown")
    start(app)
    assert port(app) == app.home.port + 100


@pytest.mark.parametrize("wrong", ["0", "65536", "web", "-1"])
def test_what_is_no_port_is_refused(app, wrong):
    app.refused("create", "-p", wrong, status=2)
    assert not (app.home.state / "repository.git").exists()


def test_the_place_in_env_is_said(work):
    app = work.app
    app.write(".env", f"A=1\n\n# the port\nPORT={app.home.port}\n")
    app.procfile(alpha=STAYS)
    told = f"PORT={app.home.port} is from .env:4"
    assert told in start(app)
    assert port(app) == app.home.port
    app.ok("shutdown")
    own = app.write("own.env", f"PORT={app.home.port}\n")
    assert f"PORT={app.home.port} is from {own}:1" in start(app, "-e", str(own))
    app.ok("shutdown")
    app.ok("create")
    work.commit("one", alpha=STAYS)
    assert any(told in line for line in work.pushed())


def test_who_chose_it_otherwise_is_told_nothing_of_env(app):
    app.procfile(alpha=STAYS)
    app.write(".env", "PORT=\n")
    assert "is from" not in start(app, "-p", str(app.home.port))
    app.ok("shutdown")
    app.write(".env", "PORT=1\n")
    assert "is from" not in start(app, "-p", str(app.home.port))
    assert port(app) == app.home.port
    app.ok("shutdown")
