"""The server's own key is replaced without locking out those who come in time."""

import os

import pytest
from other_machine import OtherMachine, ask, key_bytes, server_key, wait_front
from waiting import wait_for

import zmq


def known(who):
    return (who.place / "muster" / "known").read_text().split()


def change_now(app):
    """Brings the next key into force; returns when the new front listens."""
    before = wait_front(app)
    app.ok("key", "rotate", "--in", "1s")
    return wait_front(app, before)


@pytest.mark.row("R6")
def test_a_client_that_comes_in_time_learns_the_next_key_and_stays_in(app, eve):
    late = OtherMachine(app, eve.port, "late").let_in("read")
    old = server_key(app)
    assert app.ok("key", "rotate").startswith("From ")
    new = app.ok("key", "list").splitlines()[2].split()[1]
    assert new not in (old, "") and server_key(app) == old
    eve.ok("ps")
    assert known(eve)[2:] == [old, f"next={new}"]
    change_now(app)
    assert server_key(app) == new
    assert "alpha.1" in eve.ok("ps")
    assert known(eve)[2:] == [new]
    assert "another server answers there" in late.refused("ps")
    assert "next" not in app.ok("key", "list")


@pytest.mark.row("R6")
def test_one_who_follows_the_log_goes_on_with_the_next_key(app, eve):
    app.write("Procfile", "alpha: i=0; while read x; do echo line $i; i=$((i+1)); done < go\n")
    go = app.gate("go")
    app.ok("reload")
    app.ok("key", "rotate")
    following = eve.begin("logs", "-t", "-n", "all", "-s", "app")
    try:
        go.open()
        assert next(following.stdout).endswith(b"app[alpha.1]: line 0\n")
        change_now(app)
        go.open()
        line = following.stdout.readline()
        assert line.endswith(b"app[alpha.1]: line 1\n"), following.stderr.read()
    finally:
        following.kill()
        following.communicate()


def test_a_program_of_ones_own_is_told_the_next_key(app, eve):
    app.ok("key", "rotate", "--in", "2d")
    context = zmq.Context()
    with context, eve.socket(context) as socket:
        told = ask(socket, "version")["next_server_key"]
    assert len(key_bytes(told)) == 32
    assert f"next    {told} from " in app.ok("key", "list")


@pytest.mark.row("R6")
def test_the_next_key_outlives_the_daemon_and_its_date_can_be_changed(app, eve):
    app.ok("key", "rotate", "--in", "300d")
    told = app.ok("key", "list").splitlines()[2].split()
    secret = app.home.state / "front" / "key"
    assert secret.stat().st_mode & 0o777 == 0o600
    app.kill_hard()
    app.start()
    wait_front(app)
    assert app.ok("key", "list").splitlines()[2].split() == told
    eve.ok("ps")
    app.ok("key", "rotate", "--in", "400h")
    again = app.ok("key", "list").splitlines()[2].split()
    assert again[1] == told[1] and again[3] < told[3]
    lines = [line for line in app.logs("-s", "muster") if "key is replaced at" in line]
    assert len(lines) == 2 and " by " in lines[0]


def test_a_reader_may_not_replace_it_and_there_must_be_one(app, port):
    assert "has no key yet" in app.refused("key", "rotate")
    dora = OtherMachine(app, port, "dora").let_in("read")
    wait_front(app)
    assert "may not key (read)" in dora.refused("key", "rotate")
    assert "--in" in app.refused("key", "rotate", "--in", "soon", status=2)
    assert "out of range" in app.refused("key", "rotate", "--in", "0s", status=2)
    assert not os.path.exists(app.home.state / "front" / "key.next")


def test_a_front_that_is_away_on_the_date_comes_up_with_the_next_key(app, eve):
    eve.ok("ps")
    app.ok("key", "rotate", "--in", "1h")
    eve.ok("ps")
    app.stop()
    secret = app.home.state / "front" / "key"
    first, second = secret.read_text().splitlines()
    secret.write_text(f"{first}\n{second.split(' from=')[0]} from=1\n")
    app.start()
    wait_front(app)
    assert "alpha.1" in eve.ok("ps")
    wait_for("the file to have one key", lambda: app.ok("key", "list") and
             len(secret.read_text().splitlines()) == 1)
