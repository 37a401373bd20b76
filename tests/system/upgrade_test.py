"""ctl upgrade: the installed programs take over, and processes and lines do not notice."""

import os

import pytest

import proc
from daemon import STAYS
from home import BIN
from waiting import wait_for


def install(place, name, content):
    """As a package manager does it: a new file of the same name."""
    new = place / (name + ".new")
    new.write_bytes(content)
    new.chmod(0o755)
    os.rename(new, place / name)


@pytest.mark.row("A14")
def test_the_new_version_takes_over_and_nothing_else_changes(app, installed):
    app.procfile(alpha="i=0; while echo $i; do i=$((i+1)); done", beta=STAYS)
    app.start()
    before = app.status()
    pids = {row["process"]: app.pid(row["process"]) for row in app.rows()}
    newer = (BIN / "musterd").read_bytes().replace(b"0.1.0\0", b"0.1.9\0")
    install(installed, "musterd", newer)
    install(installed, "muster-keeper", (BIN / "muster-keeper").read_bytes())
    assert app.ok("upgrade") == "Upgrading... done\nmusterd 0.1.0 -> 0.1.9\n"
    after = app.status()
    assert "musterd 0.1.9" in app.ok("version")
    assert after["keeper_pid"] == before["keeper_pid"] == app.popen.pid
    assert after["supervisor_pid"] != before["supervisor_pid"]
    assert "(deleted)" not in os.readlink(f"/proc/{after['keeper_pid']}/exe")
    wait_for("more lines", lambda: app.status()["lines"] > after["lines"] + 1000)
    assert {row["process"]: row["pid"] for row in app.rows()} == pids
    app.ok("stop", "alpha")
    lines = [line.split(": ", 1)[1] for line in app.logs("-n", 10**8, "-p", "alpha", "-s", "app")]
    assert lines == [str(number) for number in range(len(lines))]
    app.ok("shutdown")
    assert app.wait() == 0


@pytest.mark.row("A15")
@pytest.mark.parametrize("answer", ["journal 0\\nledger 0\\nkeeper 0", "", "what?"])
def test_an_older_program_is_refused_and_nothing_happens(app, installed, answer):
    app.procfile(beta=STAYS)
    app.start()
    pid = app.pid("beta.1")
    before = app.status()
    install(installed, "musterd", f"#!/bin/sh\nprintf '{answer}\\n'\n".encode())
    assert "nothing was changed" in app.refused("upgrade")
    assert app.status()["supervisor_pid"] == before["supervisor_pid"]
    assert app.pid("beta.1") == pid and proc.alive(pid)
    install(installed, "musterd", (BIN / "musterd").read_bytes())


def test_a_program_that_is_not_there_is_refused(app, installed):
    app.procfile(beta=STAYS)
    app.start()
    app.pid("beta.1")
    (installed / "musterd").unlink()
    assert "nothing was changed" in app.refused("upgrade")
    install(installed, "musterd", (BIN / "musterd").read_bytes())
    app.ok("upgrade")
