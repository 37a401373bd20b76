"""Fixtures of every test that drives the real binaries."""

import os
import random
import shutil
import signal
import subprocess

import pytest

import proc
from daemon import STAYS, Daemon
from far import Far
from faults_table import FaultsTable
from home import BIN, Home
from other_machine import OtherMachine, listen, wait_front

# A shell that runs the tests in the background has them ignore Ctrl-C; what they start would too.
signal.signal(signal.SIGINT, signal.default_int_handler)


LONG = os.environ.get("MUSTER_LONG")
# Seconds that the longest of the long tests may take.
LONGEST = 7200


def pytest_configure(config):
    if os.environ.get("MUSTER_FAULTS_TABLE"):
        config.pluginmanager.register(FaultsTable())


def pytest_collection_modifyitems(items):
    for item in items:
        if rows := [row for mark in item.iter_markers("row") for row in mark.args]:
            item.user_properties.append(("rows", rows))
        if LONG:
            item.add_marker(pytest.mark.timeout(LONGEST))
        elif "long" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="runs with scripts/test --long"))


def pytest_terminal_summary(terminalreporter):
    """A line for each test that was skipped, with its reason: pytest's own folds them."""
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        reason = str(reason).removeprefix("Skipped: ")
        terminalreporter.write_line(f"skipped {report.nodeid}: {reason}")


@pytest.fixture
def home():
    """A MUSTER_HOME of its own; afterwards nothing may be left that belonged to it."""
    with Home() as place:
        yield place


@pytest.fixture
def app(home):
    """An app in an empty directory. The test writes its Procfile and starts it."""
    daemon = Daemon(home)
    yield daemon
    daemon.end()


@pytest.fixture
def far(app):
    """The machine of the app, as it is seen from another one over ssh. The test starts its sshd."""
    machine = Far(app.home)
    yield machine
    machine.end()


@pytest.fixture
def port(app):
    """At which muster-front of a running app lets in other machines."""
    app.procfile(alpha=STAYS, beta=STAYS)
    number = listen(app)
    app.start()
    return number


@pytest.fixture
def eve(app, port):
    """An administrator on another machine."""
    one = OtherMachine(app, port, "eve").let_in("admin")
    wait_front(app)
    return one


@pytest.fixture
def in_memory(app):
    """The runtime directory on a tmpfs, where windows outlive keeper and supervisor together."""
    place = app.home.runtime.parent
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "mode=700", "none", place]
    if subprocess.run(mount, check=False).returncode != 0:
        pytest.skip("may not mount")
    yield
    app.end()
    subprocess.run(["umount", "-l", place], check=True)


@pytest.fixture
def installed(app, monkeypatch):
    """The daemon's programs in a directory of their own, where others can be installed."""
    place = app.home.path / "bin"
    place.mkdir()
    for name in ("musterd", "muster-keeper", "muster-exec"):
        shutil.copy2(BIN / name, place / name)
    command = app.command
    monkeypatch.setattr(
        app, "command", lambda *options: [*app.wrapper, str(place / "musterd"),
                                          *command(*options)[len(app.wrapper) + 1:]])
    return place


@pytest.fixture
def mark():
    """A number by which processes without an environment are known (proc.stayers); whoever still
    runs with it afterwards is ended."""
    number = f"{100_000 + os.getpid()}.{random.randrange(10 ** 9)}"
    yield number
    for pid in proc.stayers(number):
        proc.kill(pid)
