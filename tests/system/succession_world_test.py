"""A successor and what stands in its way: its log, texts at which parsers die, and faults of the
machine, at which the keeper tries again until they are over. Processes live on through it all."""

import os
import signal

import pytest

import proc
from daemon import STAYS
from replaced import replace, text
from starts import start_in
from waiting import wait_for


def start(app):
    app.procfile(alpha=STAYS, beta=STAYS)
    app.start()
    return {name: app.pid(name) for name in ("alpha.1", "beta.1")}


def pids(app):
    return {row["process"]: row["pid"] for row in app.rows()}


def test_with_a_log_of_its_own_it_says_so_there(app):
    app.procfile(alpha=STAYS)
    assert app.start_in_background().returncode == 0
    pid = app.pid("alpha.1")
    (app.directory / "Procfile").unlink()
    app.kill_supervisor()
    assert app.pid("alpha.1") == pid
    log = (app.home.state / "musterd.log").read_text()
    assert "no Procfile" in log and "what was in force stays" in log
    assert "the supervisor before this one ended by SIGKILL" in log
    assert "no Procfile" in app.status()["alarms"][0]


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGKILL,
                                    signal.SIGILL, signal.SIGFPE])
def test_how_a_supervisor_has_ended_is_in_the_log(app, number):
    app.procfile(alpha=STAYS)
    assert app.start_in_background().returncode == 0
    pid = app.pid("alpha.1")
    before = app.pid_of_supervisor()
    os.kill(before, number)
    app.successor(before)
    assert app.pid("alpha.1") == pid
    log = (app.home.state / "musterd.log").read_text()
    assert f"the supervisor before this one ended by {signal.Signals(number).name}" in log


@pytest.mark.row("A151")
@pytest.mark.parametrize("toml", [
    "[alpha]\nready = 'log:" + "(" * 200_000 + ")" * 200_000 + "'\n",
    "a = " + "[" * 200_000 + "]" * 200_000 + "\n",
    "[" + ".".join(["a"] * 100_000) + "]\nb = 1\n",
], ids=["pattern", "list", "key"])
def test_a_text_at_which_a_parser_dies_kills_no_successor(app, toml):
    before = start(app)
    app.write("muster.toml", toml)
    app.kill_supervisor()
    assert pids(app) == before
    assert "what was in force stays" in app.status()["alarms"][0]
    app.write("muster.toml", "")
    app.ok("reload")
    assert not app.status().get("alarms")


@pytest.mark.row("A152")
def test_a_log_that_cannot_be_opened(app):
    app.procfile(alpha=STAYS)
    assert app.start_in_background().returncode == 0
    pid = app.pid("alpha.1")
    mend = replace(app.home.state / "musterd.log", os.mkdir)
    app.kill_supervisor()
    assert app.pid("alpha.1") == pid
    assert "musterd.log" in app.status()["alarms"][0]
    mend()


@pytest.mark.row("A152")
@pytest.mark.parametrize("background", [True, False])
@pytest.mark.parametrize("socket", ["control", "operate", "read", "bus"])
def test_a_directory_in_a_socket_s_place_is_put_aside(app, socket, background):
    app.procfile(alpha=STAYS)
    start_in(app, background)
    pid = app.pid("alpha.1")
    before = app.pid_of_supervisor()
    place = app.home.runtime / socket
    os.kill(before, signal.SIGSTOP)  # or it would put it aside itself
    place.unlink()
    place.mkdir()
    (place / "found").touch()
    os.kill(before, signal.SIGKILL)
    app.successor(before)
    assert app.pid("alpha.1") == pid
    assert place.is_socket() and (app.home.runtime / f"{socket}.found-1" / "found").exists()


# Faults of the machine: the keeper tries again until they are over.
MACHINE = {
    "journal": lambda app: replace(app.home.state / "journal", text("no directory")),
}


@pytest.mark.row("A152")
@pytest.mark.parametrize("background", [True, False])
@pytest.mark.parametrize("fault", MACHINE)
def test_what_keeps_it_from_serving_is_waited_for(app, fault, background):
    app.procfile(alpha=STAYS)
    start_in(app, background)
    pid = app.pid("alpha.1")
    status = app.status()
    mend = MACHINE[fault](app)
    os.kill(status["supervisor_pid"], 9)
    log = app.home.state / "musterd.log" if background else app.error_file
    wait_for("two attempts", lambda: log.read_text().count("the keeper will try again") >= 2)
    assert proc.alive(pid) and proc.alive(status["keeper_pid"])
    mend()
    app.successor(status["supervisor_pid"])
    assert app.pid("alpha.1") == pid and app.status()["keeper_pid"] == status["keeper_pid"]
