"""kill -9 of the daemon, of either half of it or of both: the processes stay, with their pids and
their lines, and are looked after again."""

import os
import signal

import pytest

import proc
from daemon import COUNTING, STAYS, assert_counts, wait_for_more_lines
from kills import KILLS
from waiting import wait_for


@pytest.mark.row("A1", "A5", "A6")
@pytest.mark.parametrize("kill", KILLS)
def test_its_processes_live_on_and_none_is_started_twice(app, kill):
    app.procfile(alpha=STAYS, beta="tail -f /dev/null & " + STAYS)
    app.start("-m", "alpha=2,beta=1")
    before = {row["process"]: app.pid(row["process"]) for row in app.rows()}
    kill(app)
    assert {row["process"]: row["pid"] for row in app.rows()} == before
    assert all(proc.alive(pid) for pid in before.values())
    assert set(app.states().values()) == {"up"}
    assert len(app.tree("alpha.1")) == 1 and len(app.tree("beta.1")) == 2
    assert not [line for line in app.logs("-s", "muster") if "exited" in line]


@pytest.mark.row("A1", "A5", "A6")
@pytest.mark.usefixtures("in_memory")
@pytest.mark.parametrize("kill", KILLS)
def test_no_line_is_lost_doubled_or_torn_at_full_load(app, kill):
    app.procfile(alpha=COUNTING)
    app.start("-m", "alpha=2")
    for _ in range(3):
        wait_for_more_lines(app)
        kill(app)
    wait_for_more_lines(app)
    app.ok("stop", "alpha")
    assert_counts(app, "alpha.1", "alpha.2")


@pytest.mark.row("A1", "A5", "A6")
@pytest.mark.parametrize("kill", KILLS)
def test_an_exit_after_it_is_seen_with_its_code(app, kill):
    app.procfile(alpha=STAYS, beta="read x < go; exit 7")
    go = app.gate("go")
    app.start()
    pid = app.pid("alpha.1")
    app.pid("beta.1")
    kill(app)
    os.kill(pid, signal.SIGTERM)
    app.wait_log("muster[alpha.1]: Process exited with status 143")
    go.open()
    app.wait_log("muster[beta.1]: Process exited with status 7")
    app.replaced("alpha.1", pid)


@pytest.mark.parametrize("kill", KILLS)
def test_it_can_be_steered_and_ended_as_before(app, kill):
    app.procfile(alpha=STAYS)
    app.start()
    kill(app)
    app.ok("scale", "alpha=3")
    app.wait_states({"alpha.1": "up", "alpha.2": "up", "alpha.3": "up"})
    pid = app.pid("alpha.1")
    app.ok("restart", "alpha.1")
    assert app.pid("alpha.1") != pid and not proc.alive(pid)
    app.ok("shutdown")
    wait_for("all processes to end", lambda: not app.home.processes)


@pytest.mark.row("A7")
def test_a_process_that_ended_while_nobody_was_there_is_said_to_have(app):
    app.procfile(alpha=STAYS)
    app.start()
    pid = app.pid("alpha.1")
    app.kill_hard()
    proc.kill(pid)
    wait_for("the process to be gone", lambda: not proc.alive(pid))
    app.start()
    app.replaced("alpha.1", pid)
    # Its new parent may not have reaped it yet.
    status = "alpha.1]: Process exited with status "
    exits = [line.split(status)[1] for line in app.logs("-n", 1000) if status in line]
    assert exits in (["unknown: muster was not running when it ended"], ["137"])


def test_what_was_stopped_stays_stopped_and_a_back_off_goes_on(app):
    app.procfile(alpha=STAYS, beta="exit 3")
    app.start("-m", "alpha=2,beta=1")
    app.pid("alpha.2")
    app.ok("stop", "alpha.2")
    app.wait_log("muster[beta.1]: Process exited with status 3", count=2)
    app.wait_state("beta.1", "crashed")
    app.kill_supervisor()
    row = app.row("beta.1")
    assert row["state"] == "crashed" and row["restarts"] == 1
    assert "2 crashes in a row" in row["note"]
    assert app.states()["alpha.2"] == "down"


def test_a_shutdown_goes_on(app):
    app.procfile(alpha="trap '' TERM; read x < go")
    go = app.gate("go")
    app.start()
    app.pid("alpha.1")
    app.signal(signal.SIGTERM)
    app.wait_state("alpha.1", "stopping")
    app.kill_supervisor()
    assert app.states() == {"alpha.1": "stopping"}
    go.open()
    assert app.wait() == 0


def test_what_was_shown_in_the_terminal_goes_on_where_it_was(app):
    app.procfile(alpha="i=0; while [ $i -lt 2000 ]; do echo $i; i=$((i+1)); done; echo end; "
                       + STAYS)
    app.start()
    app.kill_supervisor()
    app.wait_output("| end")
    shown = [line.split("| ", 1)[1] for line in app.output.splitlines() if "alpha.1" in line]
    assert [line for line in shown if line.isdigit()] == [str(n) for n in range(2000)]


def test_the_next_daemon_after_all_has_ended_starts_anew(app):
    app.procfile(alpha="seq 1000; echo end; exec sleep 1000")
    app.start()
    app.wait_log("app[alpha.1]: end")
    app.ok("scale", "alpha=2")
    app.pid("alpha.2")
    last = app.records("-n", 1)[0]["seq"]
    app.kill_hard()
    for pid in app.home.processes:
        proc.kill(pid)
    wait_for("the old processes to end", lambda: not app.home.processes)
    numbers = [line.split(": ")[1] for line in app.logs("-n", 1002, "-p", "alpha.1", "-s", "app")]
    assert numbers[-1001:-1] == [str(n) for n in range(1, 1001)]
    app.start()
    assert app.formation() == "alpha=2"
    app.wait_states({"alpha.1": "up", "alpha.2": "up"})
    seqs = [record["seq"] for record in app.records("-n", 10_000)]
    assert seqs == sorted(seqs) and seqs[-1] > last


def test_ctl_does_not_hang_on_what_it_left(app):
    app.procfile(alpha=STAYS)
    app.start()
    app.pid("alpha.1")
    app.kill_hard()
    for pid in app.home.processes:
        proc.kill(pid)
    app.refused("ps", status=3, timeout=10)


def test_who_waits_for_processes_is_answered_by_the_next_supervisor(app):
    """They ignore SIGTERM, so it takes as long as the grace."""
    stays = "trap '' TERM; echo here; while read x < gate; do :; done"
    app.procfile(alpha=stays, beta=stays)
    app.write("muster.toml", "[app]\ngrace = '3s'\n")
    app.gate("gate")
    app.start()
    for name in "alpha", "beta":
        app.wait_log(f"app[{name}.1]: here")
    old = app.pid("beta.1")
    stopping, restarting = app.begin("stop", "alpha"), app.begin("restart", "beta", text=True)
    for name in "alpha", "beta":
        app.wait_log(f"muster[{name}.1]: Stopping all processes with SIGTERM")
    app.kill_supervisor()
    assert stopping.wait(30) == 0
    assert app.row("alpha.1")["state"] == "down"
    said = restarting.communicate(timeout=30)[1]
    assert restarting.returncode == 4 and "was replaced meanwhile, and goes on" in said
    app.replaced("beta.1", old)
