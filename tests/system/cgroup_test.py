"""A cgroup for each launch, where one may be made: nobody gets away from it, nothing is left of it,
and it is found again by the next supervisor."""

import os
import signal
from datetime import datetime
from pathlib import Path

import launch_cgroups
import proc
import pytest
from daemon import STAYS, Daemon
from home import Home
from waiting import wait_for

KILLED = "Stopping remaining processes with SIGKILL"


def start(app, *options):
    """Returns the directory of the app's cgroup."""
    app.start(*(options if "-t" in options else ("-t", 1, *options)))
    directory = app.status()["cgroup"]
    if not directory:
        app.end()
        pytest.skip("no cgroup may be made here")
    return directory


def escapees(mark, count=20):
    """Forked twice, in sessions and groups of their own, deaf to SIGTERM, without environment and
    without a pipe of ours."""
    stays = f"setsid tail -s {mark} -f /dev/null"
    one = f"env -i setsid sh -c 'trap \"\" TERM HUP INT; {stays} &' >/dev/null 2>&1"
    return f"for i in $(seq {count}); do {one}; done; {STAYS}"


def moments(app, text):
    return [datetime.fromisoformat(line.split(" ", 1)[0])
            for line in app.lines_of("logs", "-n", 1000) if line.endswith(": " + text)]


@pytest.mark.asan
@pytest.mark.row("B22")
def test_twenty_escapees_are_gone_a_tenth_of_a_second_after_the_kill(app, mark):
    app.procfile(worker=escapees(mark))
    start(app)
    took = []
    # Others may have the machine for a while; not three times.
    while len(took) < 3 and (not took or took[-1] > 0.1):
        wait_for("the escapees", lambda: len(proc.stayers(mark)) == 20)
        app.ok("stop", "worker.1")
        assert proc.stayers(mark) == []
        killed, down = moments(app, KILLED), moments(app, "State changed from stopping to down")
        took.append((down[-1] - killed[-1]).total_seconds())
        app.ok("start", "worker.1")
    assert took[-1] <= 0.1, took


def test_escapees_are_asked_to_end_too(app, mark):
    """As systemctl stop asks everybody in the unit."""
    one = f"env -i setsid sh -c 'setsid tail -s {mark} -f /dev/null &' >/dev/null 2>&1"
    app.procfile(worker=f"for i in 1 2 3; do {one}; done; {STAYS}")
    start(app, "-t", "60")
    wait_for("the escapees", lambda: len(proc.stayers(mark)) == 3)
    app.ok("stop", "worker.1")
    assert proc.stayers(mark) == []
    assert moments(app, KILLED) == []


def test_each_launch_has_its_own_and_the_daemon_none_of_them(app):
    app.procfile(worker="tail -f /dev/null & " + STAYS, other=STAYS)
    directory = start(app, "-m", "worker=2,other=1")
    app.wait_states({"other.1": "up", "worker.1": "up", "worker.2": "up"})
    names = launch_cgroups.below(directory)
    assert [name.split("-")[0] for name in names] == ["other.1", "worker.1", "worker.2"]
    for name in names:
        process = name.split("-")[0]
        assert app.row(process)["pid"] in launch_cgroups.processes(f"{directory}/{name}")
        # A process that is just executing a program has no environment to be known by for a moment.
        wait_for("the same processes", lambda: set(app.tree(process)) ==
                 set(launch_cgroups.processes(f"{directory}/{name}")))
    assert launch_cgroups.processes(directory) == []
    ours = (app.pid_of_daemon(), app.pid_of_supervisor())
    assert not any(directory.rsplit("/", 1)[1] in proc.read(pid, "cgroup").decode() for pid in ours)


def test_those_of_launches_that_are_over_are_removed(app):
    app.procfile(worker=STAYS)
    directory = start(app)
    for _ in range(3):
        pid = app.pid("worker.1")
        app.ok("restart", "worker.1")
        app.replaced("worker.1", pid)
    assert app.ctl("run", "--", "true").returncode == 0
    assert app.ctl("run", "--", "no-such-program").returncode != 0
    wait_for("one cgroup", lambda: len(launch_cgroups.below(directory)) == 1)
    assert app.stop() == 0
    assert not Path(directory).exists()


def test_a_program_that_makes_cgroups_in_its_own(app):
    app.procfile(worker="read own < own; mkdir $own/inner && echo 0 > $own/inner/cgroup.procs; "
                        "echo inside; " + STAYS)
    gate = app.gate("own")
    directory = start(app)
    with gate.writer() as own:
        own.write(f"{directory}/{launch_cgroups.below(directory)[0]}\n".encode())
    app.wait_log("app[worker.1]: inside")
    app.ok("stop", "worker.1")
    assert launch_cgroups.below(directory) == []


def test_who_leaves_its_cgroup_is_stopped_all_the_same(app):
    app.procfile(worker="read own < own; echo 0 > $own/cgroup.procs; trap '' TERM; "
                        "setsid tail -f /dev/null & echo outside; while :; do wait; done")
    gate = app.gate("own")
    directory = start(app)
    with gate.writer() as own:
        own.write(f"{Path(directory).parent}\n".encode())
    app.wait_log("app[worker.1]: outside")
    app.ok("stop", "worker.1")
    assert app.tree("worker.1") == []


def test_the_supervisor_killed_before_the_stop(app, mark):
    app.procfile(worker=escapees(mark, 5))
    directory = start(app)
    wait_for("the escapees", lambda: len(proc.stayers(mark)) == 5)
    assert app.kill_supervisor()["cgroup"] == directory
    app.ok("stop", "worker.1")
    assert proc.stayers(mark) == []
    assert launch_cgroups.below(directory) == []


def test_the_supervisor_killed_while_survivors_are_waited_for(app, mark):
    app.procfile(worker=escapees(mark, 5))
    start(app)
    wait_for("the escapees", lambda: len(proc.stayers(mark)) == 5)
    with app.begin("stop", "worker.1") as stop:
        app.wait_log("muster[worker.1]: Process exited with status 143")
        app.kill_supervisor()
        stop.terminate()  # the answer to it has died
    app.wait_state("worker.1", "down")
    assert proc.stayers(mark) == []


def test_both_killed_and_all_that_is_over_is_removed(app):
    app.procfile(worker=STAYS)
    directory = start(app, "-m", "worker=3")
    app.wait_states({f"worker.{n}": "up" for n in (1, 2, 3)})
    left = Path(directory) / "worker.9-99999"  # as of one that was just over
    left.mkdir()
    app.kill_hard()
    app.start()
    app.wait_states({f"worker.{n}": "up" for n in (1, 2, 3)})
    assert app.status()["cgroup"] == directory
    assert len(launch_cgroups.below(directory)) == 3


def test_two_daemons_of_one_name_do_not_know_each_other(app):
    with Home() as place:
        other = Daemon(place)
        try:
            for daemon in (app, other):
                daemon.procfile(worker=STAYS)
            ours, theirs = start(app), start(other)
            assert ours != theirs
            pid = other.pid("worker.1")
            app.kill_supervisor()
            assert app.stop() == 0
            assert other.row("worker.1")["pid"] == pid and proc.alive(pid)
            assert len(launch_cgroups.below(theirs)) == 1
        finally:
            other.end()


def test_what_a_daemon_that_ended_badly_has_left_is_removed_by_the_next(app):
    app.procfile(worker=STAYS)
    directory = Path(start(app))
    app.kill_hard()
    for pid in app.home.processes:
        os.kill(pid, signal.SIGKILL)
    wait_for("all to end", lambda: app.home.processes == [])
    strangers = directory.with_name(directory.name.replace("muster-app-", "muster-app-0"))
    strangers.mkdir()
    for ledger in (*app.home.state.rglob("ledger*"), *app.home.runtime.rglob("ledger*")):
        ledger.unlink()
    try:
        assert directory.exists()
        assert start(app) != str(directory)
        assert not directory.exists()
        assert strangers.exists()
    finally:
        strangers.rmdir()


def test_where_none_is_wanted_none_is_made(app):
    app.procfile(worker=STAYS)
    app.start(env={"MUSTER_NO_CGROUP": "1"})
    assert app.status()["cgroup"] is None
    assert "Cgroups     none" in app.ok("status")


def test_a_launch_for_which_none_can_be_made_runs_without(app):
    app.procfile(worker="setsid tail -f /dev/null & " + STAYS, other=STAYS)
    directory = start(app, "-m", "worker=0,other=1")
    app.pid("other.1")
    Path(directory, "cgroup.max.descendants").write_text("1")
    app.ok("scale", "worker=1")
    app.pid("worker.1")
    assert len(launch_cgroups.below(directory)) == 1
    app.ok("scale", "worker=0")
    app.wait_states({"other.1": "up"})
    assert app.tree("worker.1") == []
