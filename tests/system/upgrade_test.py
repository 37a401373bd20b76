"""ctl upgrade: the installed programs take over, and processes and lines do not notice."""

import os
import shutil

import pytest

import proc
from daemon import STAYS
from home import BIN
from starts import start_in
from waiting import stays, wait_for


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


PROGRAMS = ["musterd", "muster-keeper", "muster-exec"]
BROKEN = {
    "missing": None,
    "not-executable": lambda path: (path.write_bytes(b"x"), path.chmod(0o644)),
    "directory": lambda path: path.mkdir(),
    "another": lambda path: shutil.copy2("/bin/true", path),
    "garbage": lambda path: (path.write_bytes(b"\x7fELF what?"), path.chmod(0o755)),
    "silent": lambda path: (path.write_bytes(b"#!/bin/sh\nexec sleep 60\n"), path.chmod(0o755)),
}


def put_back(installed, name):
    path = installed / name
    if path.is_dir():
        path.rmdir()
    install(installed, name, (BIN / name).read_bytes())


@pytest.mark.row("A153")
@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_that_are_half_there_are_refused_and_nothing_happens(app, installed, name, broken):
    app.procfile(beta=STAYS)
    app.start()
    pid = app.pid("beta.1")
    before = app.status()
    (installed / name).unlink()
    if BROKEN[broken]:
        BROKEN[broken](installed / name)
    refused = app.refused("upgrade")
    assert "nothing was changed" in refused and name in refused
    after = app.status()
    assert all(after[key] == before[key] for key in ("supervisor_pid", "keeper_pid"))
    assert app.pid("beta.1") == pid
    put_back(installed, name)
    app.ok("upgrade")
    assert app.pid("beta.1") == pid


def test_a_ctl_of_another_version_beside_them_is_refused(app, installed):
    app.procfile(beta=STAYS)
    app.start()
    app.pid("beta.1")
    install(installed, "ctl", (BIN / "ctl").read_bytes().replace(b"0.1.0\0", b"0.0.9\0"))
    assert "ctl" in app.refused("upgrade")
    install(installed, "ctl", (BIN / "ctl").read_bytes())
    app.ok("upgrade")


@pytest.mark.row("A153")
@pytest.mark.parametrize("background", [True, False])
@pytest.mark.parametrize("broken", [broken for broken in BROKEN if broken != "silent"])
@pytest.mark.parametrize("name", ["musterd", "muster-exec"])
def test_a_succession_waits_for_programs_that_are_half_there(app, installed, name, broken,
                                                             background):
    app.procfile(beta=STAYS)
    start_in(app, background)
    pid = app.pid("beta.1")
    before = app.status()
    (installed / name).unlink()
    if BROKEN[broken]:
        BROKEN[broken](installed / name)
    os.kill(before["supervisor_pid"], 9)
    wait_for("its end", lambda: not proc.alive(before["supervisor_pid"]))
    stays("keeper and process", lambda: proc.alive(before["keeper_pid"]) and proc.alive(pid), 0.5)
    put_back(installed, name)
    after = app.successor(before["supervisor_pid"])
    assert after["keeper_pid"] == before["keeper_pid"] and app.pid("beta.1") == pid
    app.ok("restart", "beta")
    assert app.pid("beta.1") != pid


@pytest.mark.row("A153")
@pytest.mark.parametrize("broken", ["missing", "not-executable", "another"])
def test_a_keeper_that_is_not_there_is_started_when_it_is(app, installed, broken):
    app.procfile(beta=STAYS)
    assert app.start_in_background().returncode == 0
    pid = app.pid("beta.1")
    before = app.status()
    (installed / "muster-keeper").unlink()
    if BROKEN[broken]:
        BROKEN[broken](installed / "muster-keeper")
    os.kill(before["keeper_pid"], 9)
    wait_for("an alarm", lambda: "no keeper" in " ".join(app.status().get("alarms", [])))
    put_back(installed, "muster-keeper")
    wait_for("another keeper", lambda: not app.status().get("alarms"))
    app.kill_supervisor()
    assert app.pid("beta.1") == pid
