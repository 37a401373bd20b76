"""What says that a daemon and its processes live is taken away, hidden, replaced, damaged or put
back as it once was, under a daemon or while none runs: nothing is ever started beside what lives,
all that lives is looked after and read, and it is told."""

import os
import shutil
import signal
import subprocess

import pytest

import proc
from daemon import COUNTING, STAYS, assert_counts, wait_for_more_lines
from kills import kill_both, kill_keeper, kill_supervisor
from waiting import wait_for

SOCKETS = ("control", "operate", "read", "bus", "notify")


def pids(app):
    return {row["process"]: app.pid(row["process"]) for row in app.rows()}


def assert_one_of_each(app, before):
    """Those from before, each once, and nobody beside them."""
    assert pids(app) == before
    for name, pid in before.items():
        leaders = [one for one in app.tree(name) if os.getsid(one) == one]
        assert leaders == [pid], f"{name}: {leaders}"


def start(app, **types):
    app.procfile(**(types or {"alpha": STAYS, "beta": STAYS}))
    app.start("-m", ",".join(f"{name}=2" for name in (types or {"alpha": 1, "beta": 1})))
    return pids(app)


def alarms(app):
    return " ".join(app.status()["alarms"])


def wait_alarm(app, part):
    """Of a daemon whose sockets may be gone for a moment."""
    def probe():
        done = app.ctl("status")
        return done.returncode == 0 and part in done.stdout
    wait_for(f"an alarm about {part}", probe)


def refused_as_second(app):
    done = app.start_in_background()
    assert done.returncode == 1 and "already running" in done.stderr, done
    return done.stderr


def remove(place):
    """At once, as the daemon may make it again any moment."""
    move_away(place)
    shutil.rmtree(place.with_name(place.name + ".away"))


def move_away(place):
    place.rename(place.with_name(place.name + ".away"))


def replace_by_a_copy(place):
    move_away(place)
    shutil.copytree(place.with_name(place.name + ".away"), place,
                    ignore=lambda _, names: [n for n in names if n in SOCKETS])


def replace_by_a_file(place):
    move_away(place)
    place.write_text("what was here?")


AWAY = [remove, move_away, replace_by_a_copy, replace_by_a_file]


@pytest.mark.row("A21")
@pytest.mark.parametrize("away", AWAY)
def test_a_runtime_directory_that_is_taken_away_is_made_again(app, away):
    before = start(app)
    keeper = app.pid_of_daemon()
    away(app.home.runtime)
    assert f"pid {keeper}" in refused_as_second(app)
    wait_alarm(app, "made anew")
    assert_one_of_each(app, before)
    assert f"pid {keeper}" in refused_as_second(app)
    app.ok("scale", "alpha=3")
    app.pid("alpha.3")


@pytest.mark.row("A21")
@pytest.mark.parametrize("kill", [kill_supervisor, kill_keeper, kill_both])
@pytest.mark.parametrize("away", [remove, move_away])
def test_the_processes_are_found_without_it(app, kill, away):
    """Nobody of the daemon had a moment to see it go."""
    before = start(app, alpha=COUNTING, beta=STAYS)
    wait_for_more_lines(app)
    status = app.status()
    os.kill(status["keeper_pid"], signal.SIGSTOP)
    os.kill(status["supervisor_pid"], signal.SIGSTOP)
    away(app.home.runtime)
    kill_stopped(app, kill, status)
    assert_one_of_each(app, before)
    wait_for_more_lines(app)
    app.ok("stop", "alpha")
    if kill is not kill_both:
        assert_counts(app, "alpha.1", "alpha.2")


def kill_stopped(app, kill, status):
    """Keeper and supervisor stand still; those who are to die do, and the other one goes on."""
    keeper, supervisor = status["keeper_pid"], status["supervisor_pid"]
    if kill is kill_both:
        app.home.abandoned_cgroups |= app.home.cgroups
        app.home.cgroups = set()
    for pid, dies in (keeper, kill is not kill_supervisor), (supervisor, kill is not kill_keeper):
        os.kill(pid, signal.SIGKILL if dies else signal.SIGCONT)
    if kill is kill_supervisor:
        app.successor(supervisor)
        return
    app.popen.wait()
    if kill is kill_keeper:
        wait_for("another keeper", lambda: app.ctl("status").returncode == 0
                 and app.status()["keeper_pid"] not in (keeper, 0))
        return
    wait_for("the supervisor to be gone", lambda: not proc.alive(supervisor))
    app.start()


FILES = ["lock", *SOCKETS, "windows", "ledger", "shown", "in-force"]


def as_directory(path):
    path.unlink()
    path.mkdir()
    (path / "something").write_text("in it")


def as_fifo(path):
    path.unlink()
    os.mkfifo(path)


def as_garbage(path):
    path.unlink()
    path.write_bytes(os.urandom(5000))


def unlinked(path):
    path.unlink()


@pytest.mark.row("A21")
@pytest.mark.parametrize("damage", [unlinked, as_garbage, as_fifo, as_directory])
@pytest.mark.parametrize("name", FILES)
def test_a_file_of_it_is_made_again(app, in_memory, name, damage):
    before = start(app)
    keeper = app.pid_of_daemon()
    damage(app.home.runtime / name)
    wait_alarm(app, str(app.home.runtime / name) if name not in SOCKETS
               else f"'{name}'")
    assert f"pid {keeper}" in refused_as_second(app)
    app.kill_supervisor()
    assert_one_of_each(app, before)
    kill_both(app)
    assert_one_of_each(app, before)


@pytest.mark.row("A21")
@pytest.mark.parametrize("damage", [unlinked, as_garbage, as_fifo, as_directory])
@pytest.mark.parametrize("name", FILES)
def test_a_file_of_it_that_is_wrong_while_no_daemon_runs(app, in_memory, name, damage):
    before = start(app)
    app.kill_hard()
    damage(app.home.runtime / name)
    app.start()
    assert_one_of_each(app, before)


@pytest.mark.row("A21")
def test_both_directories_are_gone_and_both_halves_dead(app):
    """Only the processes themselves are left to say that they live."""
    before = start(app)
    app.kill_hard()
    shutil.rmtree(app.home.runtime)
    shutil.rmtree(app.home.state)
    app.start("-m", "alpha=2,beta=2")
    assert_one_of_each(app, before)
    assert "of which nothing was remembered" in "\n".join(app.logs("-n", 1000))
    assert "alpha.1" in alarms(app)


@pytest.mark.row("A21")
def test_what_prints_is_read_again_when_everything_is_gone(app):
    go = app.gate("go")
    before = start(app, alpha="read x < go; echo here; " + STAYS)
    app.kill_hard()
    shutil.rmtree(app.home.runtime)
    shutil.rmtree(app.home.state)
    app.start("-m", "alpha=2")
    assert_one_of_each(app, before)
    go.open()
    go.open()
    for name in before:
        app.wait_log(f"app[{name}]: here")
    os.kill(before["alpha.1"], signal.SIGTERM)
    app.replaced("alpha.1", before["alpha.1"])


@pytest.mark.row("A21")
def test_both_locks_are_gone_for_a_moment(app):
    """A start in that very moment is refused too, with the pid."""
    before = start(app)
    status = app.status()
    os.kill(status["supervisor_pid"], signal.SIGSTOP)
    try:
        shutil.rmtree(app.home.runtime)
        (app.home.state / "lock").unlink()
        assert f"pid {status['keeper_pid']}" in refused_as_second(app)
    finally:
        os.kill(status["supervisor_pid"], signal.SIGCONT)
    wait_alarm(app, "made anew")
    assert_one_of_each(app, before)


@pytest.mark.row("A21")
def test_a_runtime_directory_that_is_covered_by_a_mount(app):
    before = start(app)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "none", app.home.runtime], check=False)
    if mounted.returncode != 0:
        pytest.skip("may not mount")
    try:
        wait_alarm(app, "made anew")
        refused_as_second(app)
        app.kill_supervisor()
        assert_one_of_each(app, before)
        kill_both(app)
        assert_one_of_each(app, before)
    finally:
        subprocess.run(["umount", "-l", app.home.runtime], check=True)
    wait_alarm(app, "made anew")
    assert_one_of_each(app, before)


@pytest.mark.row("A21")
def test_a_machine_that_seems_to_have_been_started_anew(app):
    """Its boot has another id, but the processes live."""
    before = start(app)
    app.kill_hard()
    other = app.write("boot_id", "00000000-1111-2222-3333-444444444444\n")
    there = "/proc/sys/kernel/random/boot_id"
    app.wrapper = ["unshare", "-m", "sh", "-c", f'mount --bind {other} {there} && exec "$@"', "sh"]
    if subprocess.run(["unshare", "-m", "true"], check=False).returncode != 0:
        pytest.skip("may not unshare")
    app.start()
    assert_one_of_each(app, before)


def test_ctl_finds_it_by_either_lock(app):
    start(app)
    (app.home.runtime / "lock").unlink()
    assert app.ctl("ps").returncode == 0
