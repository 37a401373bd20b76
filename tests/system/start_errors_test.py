"""What musterd refuses to start with: a clear sentence on stderr, and nothing is left."""

import subprocess

import pytest
from home import BIN


def refused(app, *options, status, says, env=None):
    done = subprocess.run(app.command(*options), capture_output=True, text=True, timeout=60,
                          stdin=subprocess.DEVNULL, env={**app.home.environment, **(env or {})})
    assert done.returncode == status, done.stderr
    assert says in done.stderr
    assert app.home.processes == []


@pytest.mark.parametrize("options, says", [
    (["--no-such-option"], "--no-such-option"),
    (["-t", "soon"], "soon"),
    (["-p", "70000"], "70000"),
    (["-p", "0"], "0"),
    (["extra", "words"], ""),
])
def test_usage(app, options, says):
    app.procfile(alpha="exec sleep 1000")
    refused(app, *options, status=2, says=says)


@pytest.mark.parametrize("formation, says", [
    ("alpha", "alpha"), ("alpha=x", "alpha=x"), ("zookeeper=1", "zookeeper"), ("alpha=-1", "alpha"),
    ("alpha=999999", "999999"), ("alpha=1,alpha=2", "alpha"),
])
def test_a_formation_that_cannot_be(app, formation, says):
    app.procfile(alpha="exec sleep 1000")
    refused(app, "-m", formation, status=1, says=says)


def test_files_that_are_missing_or_unreadable(app):
    app.procfile(alpha="exec sleep 1000")
    refused(app, "-f", "/nowhere/Procfile", status=1, says="/nowhere/Procfile")
    refused(app, "-e", "/nowhere/env", status=1, says="/nowhere/env")
    (app.directory / "Procfile").unlink()
    (app.directory / "Procfile").mkdir()
    refused(app, status=1, says="Procfile")


def test_a_name_that_cannot_be_a_directory(app):
    app.procfile(alpha="exec sleep 1000")
    refused(app, "--app", "../evil", status=1, says="../evil")


def test_a_place_too_deep_for_a_socket(app):
    app.procfile(alpha="exec sleep 1000")
    deep = app.home.path / ("d" * 100)
    refused(app, status=1, says="MUSTER_HOME", env={"MUSTER_HOME": str(deep)})


def test_help_and_version(app):
    told = subprocess.run([BIN / "musterd", "--help"], capture_output=True, text=True)
    assert told.returncode == 0 and "--app" in told.stdout
    told = subprocess.run([BIN / "musterd", "--version"], capture_output=True, text=True)
    assert told.returncode == 0 and "0.1.0" in told.stdout
