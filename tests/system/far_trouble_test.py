"""ctl -H where something on the way is missing, refused, stale or lost: the message says which it
is, and what is stale is replaced without the user's doing."""

import os
import signal

import pytest

import proc
from daemon import STAYS
from home import BIN
from waiting import PATIENCE, wait_for


@pytest.fixture
def shop(app, far):
    app.procfile(worker=f"echo hello; {STAYS}")
    app.start()
    app.wait_log("app[worker.1]: hello")
    return app


def no_daemon(far, *words, **options):
    return far.refused(*(words or ["ps"]), status=3, **options)


def fake_ctl(far, script):
    """A ctl over there that is not ours."""
    place = far.place / "fake"
    place.mkdir(exist_ok=True)
    (place / "ctl").write_text(f"#!/bin/sh\n{script}\n")
    (place / "ctl").chmod(0o755)
    far.bin = place


def test_there_is_no_ssh(shop, far):
    (far.place / "bin" / "ssh").unlink()
    said = no_daemon(far, host="ssh://box/app", env={"PATH": f"{far.place}/bin"})
    assert "no program `ssh` in PATH" in said and "openssh-client" in said


def test_the_host_cannot_be_reached(shop, far):
    far.start()
    far.stop_sshd()
    said = no_daemon(far)
    assert f"{far.url} cannot be reached:" in said and "Connection refused" in said
    said = no_daemon(far, host="ssh://no.such.host.invalid/app")
    assert "cannot be reached" in said and "no.such.host.invalid" in said


def test_ssh_lets_no_one_in(shop, far):
    far.start()
    (far.place / "authorized").write_text("")
    said = no_daemon(far)
    assert f"ssh is not let in at {far.url}:" in said and "Permission denied" in said
    far.allow()
    (far.place / "known").write_text("")
    assert "Host key verification failed" in no_daemon(far)


def test_there_is_no_ctl_over_there(shop, far):
    far.bin = far.place
    far.start()
    said = no_daemon(far)
    assert f"there is no ctl on {far.url}" in said
    assert f"their PATH is: {far.place}:/usr/bin:/bin" in said


def test_the_ctl_over_there_is_too_old(shop, far):
    fake_ctl(far, "echo \"'where' is not a verb of ctl.\" >&2; exit 2")
    far.start()
    assert "is too old" in far.refused("ps", status=1)


def test_the_ctl_over_there_answers_something_else(shop, far):
    fake_ctl(far, "echo nonsense; echo '{\"runtime\": 1'")
    far.start()
    assert "nonsense" in far.refused("ps", status=1)


def test_another_version_is_told_once_and_works(shop, far):
    told = shop.ok("where", "--json").replace('"version":"', '"version":"0.0.')
    fake_ctl(far, f"cat <<'END'\nwelcome, {{guest}}\n{told}END")
    far.start()
    for _ in range(2):
        done = far.ctl("ps")
        assert done.returncode == 0 and "worker.1" in done.stdout
        assert done.stderr.count("ctl on") == 1 and "0.0." in done.stderr


def test_there_is_no_such_app(shop, far):
    far.start()
    said = no_daemon(far, "-a", "blog", "ps", host=far.url)
    assert f"there is no app 'blog' on {far.url}" in said and "there are: app" in said
    said = far.refused("ps", status=2, host=far.url)
    assert "no app is named" in said and "there are: app" in said
    said = far.refused("-a", "x y", "ps", status=2, host=far.url)
    assert "cannot be an app's name" in said


def test_the_daemon_is_another_users(shop, far):
    fake_ctl(far, """echo '{"app":"app","known":false,"running":false,"runtime":"/nowhere",'\\
'"user":"adam","apps":[],"others":["eve"]}'""")
    far.start()
    said = no_daemon(far)
    assert "belongs to user eve, and not to user adam" in said
    assert f"-H ssh://eve@127.0.0.1:{far.port}/app" in said


def test_the_daemon_does_not_run_and_then_does(shop, far):
    far.start()
    assert "worker.1" in far.ok("ps")
    shop.stop()
    assert "no daemon runs for app 'app' on" in no_daemon(far)
    assert "no daemon runs for app 'app' on" in no_daemon(far, "run", "true")
    shop.start()
    assert "worker.1" in far.ok("ps")


def test_neither_sockets_nor_serve_can_be_had(shop, far):
    fake_ctl(far, f"""case "$1" in serve) echo 'no serve here' >&2; exit 1;; esac
exec {BIN}/ctl "$@\"""")
    far.start("AllowStreamLocalForwarding no")
    said = no_daemon(far)
    assert "`ctl serve` over there does not answer" in said and "no serve here" in said


def test_a_verb_over_there_says_why_it_is_not_run(shop, far):
    far.start()
    assert shop.ok("apps") == far.ok("apps")
    far.end()
    far.bin = far.place
    far.start()
    assert "there is no ctl on" in no_daemon(far, "apps")
    far.stop_sshd()
    said = no_daemon(far, "apps")
    assert "Connection refused" in said and f"{far.url} cannot be reached" in said


@pytest.mark.parametrize("how", ["killed", "gone", "rebooted", "hung"])
def test_a_stale_connection_is_replaced(shop, far, how):
    far.start()
    far.ok("ps")
    (master,) = far.master_pids()
    if how == "killed":
        proc.kill(master)
    elif how == "gone":
        far.masters[0].unlink()
    elif how == "rebooted":
        far.stop_sshd()
        far.start()
    else:
        os.kill(master, signal.SIGSTOP)
    assert "worker.1" in far.ok("ps")
    assert master not in far.master_pids() or how in ("gone", "hung")
    proc.kill(master)
    made = len(far.calls)
    assert "worker.1" in far.ok("ps")
    assert len(far.calls) == made
    os.kill(far.master_pids()[0], signal.SIGSTOP)
    stopped = far.master_pids()[0]
    assert "app" in far.ok("apps")
    proc.kill(stopped)


@pytest.mark.parametrize("how", ["killed", "hung"])
def test_a_connection_that_is_lost_is_told(shop, far, how):
    far.start()
    command = far.begin("run", "--", "sh", "-c", f"echo up; {STAYS}")
    assert command.stdout.readline()
    (master,) = far.master_pids()
    os.kill(master, signal.SIGKILL if how == "killed" else signal.SIGSTOP)
    _, said = command.communicate(timeout=PATIENCE)
    proc.kill(master)
    assert command.returncode == 4 and f"the connection to {far.url}" in said
    assert " lost" in said and "may still run there" in said


@pytest.mark.parametrize("how", ["killed", "hung"])
def test_a_follower_that_loses_the_connection_goes_on_where_it_was(app, far, how):
    app.procfile(worker=f"for n in 1 2 3 4; do read x < go; seq ${{n}}001 ${{n}}999; done; {STAYS}")
    go = app.gate("go")
    app.start()
    far.start()
    follower = far.begin("logs", "-t", "-n", "all", "--time", "none", "-s", "app")
    shown = []

    def read_to(number):
        while not shown or shown[-1] != number:
            line = follower.stdout.readline()
            assert line, follower.stderr.read()
            shown.append(int(line.split()[-1]))
    go.open()
    read_to(1999)
    (master,) = far.master_pids()
    os.kill(master, signal.SIGKILL if how == "killed" else signal.SIGSTOP)
    go.open()  # what is printed before it has noticed is fetched
    read_to(2999)
    proc.kill(master)
    go.open()
    read_to(3999)
    follower.kill()
    _, said = follower.communicate(timeout=PATIENCE)
    assert f"the connection to {far.url}" in said and "; connecting again" in said
    assert "connected again" in said
    assert shown == [1000 * n + m for n in (1, 2, 3) for m in range(1, 1000)]


def test_a_follower_that_cannot_connect_again_says_where_to_go_on(shop, far):
    far.start()
    follower = far.begin("logs", "-t")
    assert follower.stdout.readline()
    far.stop_sshd()
    for pid in far.master_pids():
        proc.kill(pid)
    _, said = follower.communicate(timeout=3 * PATIENCE)
    assert follower.returncode == 4 and "; connecting again" in said
    assert "the log goes on there, from: ctl logs --from" in said


def test_a_change_that_loses_the_connection_may_still_happen(shop, far):
    shop.write("Procfile", f"worker: {STAYS}\nslow: trap '' TERM; {STAYS}\n")
    shop.ok("reload")
    far.start()
    far.ok("scale", "slow=1")
    change = far.begin("restart", "slow")
    wait_for("the restart", lambda: shop.states()["slow.1"] == "stopping")
    for pid in far.master_pids():
        proc.kill(pid)
    _, said = change.communicate(timeout=PATIENCE)
    assert change.returncode == 4 and "what was asked for may still happen" in said
    shop.ok("kill", "-9", "slow.1")


def test_a_follower_is_told_that_the_daemon_has_gone(shop, far):
    far.start()
    follower = far.begin("logs", "-t")
    assert follower.stdout.readline()
    shop.stop()
    _, said = follower.communicate(timeout=PATIENCE)
    assert follower.returncode == 3 and f"the daemon of app 'app' on {far.url} has gone" in said
