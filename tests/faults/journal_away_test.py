"""The journal's directory, or the whole state directory, is taken away or replaced by an older copy
under a daemon: it is told at once, the journal goes on, and no number is given out twice."""

import os
import shutil
import signal

import pytest

from daemon import STAYS
from kills import kill_both, kill_supervisor
from waiting import wait_for


def start(app):
    app.procfile(alpha="while read x < go; do echo line; done", beta=STAYS)
    go = app.gate("go")
    app.start()
    app.pid("alpha.1")
    return go


def print_lines(app, go, count):
    seen = app.status()["lines"]
    for _ in range(count):
        go.open()
    wait_for("lines", lambda: app.status()["lines"] >= seen + count)


def numbers(app):
    return {record["seq"]: record["line"] for record in app.records("--from", 1)
            if "seq" in record}


def assert_new_numbers(app, before):
    """What has the number of something else is something else."""
    after = numbers(app)
    for seq, line in after.items():
        assert before.get(seq, line) == line
    assert max(after) > max(before)


def told(app):
    return "begun anew" in "\n".join(app.logs("-n", 1000))


@pytest.mark.row("D67")
@pytest.mark.parametrize("away", ["removed", "moved", "older"])
@pytest.mark.parametrize("what", ["journal", "state"])
def test_under_a_daemon(app, what, away):
    go = start(app)
    print_lines(app, go, 5)
    place = app.home.state / "journal" if what == "journal" else app.home.state
    app.ok("config", "set", "COLOUR=blue")
    older = app.home.path / "older"
    shutil.copytree(place, older)
    app.ok("config", "set", "COLOUR=green")
    print_lines(app, go, 5)
    before = numbers(app)
    place.rename(app.home.path / "away")
    if away == "removed":
        shutil.rmtree(app.home.path / "away")
    if away == "older":
        shutil.copytree(older, place)
    wait_for("an alarm", lambda: "begun anew" in app.ok("status"))
    assert told(app)
    print_lines(app, go, 5)
    assert_new_numbers(app, before)
    for kill in kill_supervisor, kill_both:
        kill(app)
        assert "green" in app.ok("config")
        print_lines(app, go, 3)
        assert_new_numbers(app, before)


@pytest.mark.row("D67")
@pytest.mark.parametrize("away", ["removed", "older"])
def test_while_no_daemon_runs(app, away):
    go = start(app)
    print_lines(app, go, 5)
    shutil.copytree(app.home.state / "journal", app.home.path / "older")
    print_lines(app, go, 5)
    before = numbers(app)
    wait_for("it to be remembered", lambda: told_mark(app) >= max(before))
    app.kill_hard()
    shutil.rmtree(app.home.state / "journal")
    if away == "older":
        shutil.copytree(app.home.path / "older", app.home.state / "journal")
    app.start()
    print_lines(app, go, 3)
    assert_new_numbers(app, before)
    assert "were left out" in "\n".join(app.logs("-n", 1000))


@pytest.mark.row("D67")
def test_after_an_end_in_order(app):
    go = start(app)
    print_lines(app, go, 5)
    last = app.status()["seq"]
    app.ok("shutdown")
    app.wait()
    shutil.rmtree(app.home.state / "journal")
    app.start()
    print_lines(app, go, 1)
    assert min(numbers(app)) > last


def told_mark(app):
    """The journal's number as the ledger's last record has it: behind length, kind and number."""
    text = (app.home.runtime / "ledger").read_bytes()
    at = text.index(b"\n") + 1
    seq = 0
    while at + 64 <= len(text):
        seq = int.from_bytes(text[at + 16:at + 24], "little")
        at += 64 + int.from_bytes(text[at:at + 4], "little")
    return seq


@pytest.mark.row("E75")
@pytest.mark.parametrize("number", [
    signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF, signal.SIGIO,
    signal.SIGRTMIN, signal.SIGXCPU])
def test_signals_that_mean_nothing_end_nobody(app, number):
    start(app)
    status = app.status()
    for pid in status["keeper_pid"], status["supervisor_pid"]:
        os.kill(pid, number)
    after = app.status()
    assert {key: after[key] for key in ("keeper_pid", "supervisor_pid")} == \
        {key: status[key] for key in ("keeper_pid", "supervisor_pid")}


@pytest.mark.row("A14")
def test_an_upgrade_with_a_stopped_keeper_is_refused(app):
    start(app)
    keeper = app.status()["keeper_pid"]
    os.kill(keeper, signal.SIGSTOP)
    try:
        assert f"kill -CONT {keeper}" in app.refused("upgrade")
        assert app.ctl("ps").returncode == 0
    finally:
        os.kill(keeper, signal.SIGCONT)
    app.ok("upgrade")
