"""People on other machines come in by CURVE, with a key that the daemon lets in, and by no other
way."""

import contextlib
import json
import os
import re
import signal
import stat
import subprocess

import msgpack
import pytest
import zmq
from daemon import STAYS
from home import BIN, REPOSITORY
from other_machine import OtherMachine, ask, front, server_key, wait_front
from waiting import stays, wait_for

# Much less than a second, so that what should be there by then is not missed.
MOMENT = 0.6


@contextlib.contextmanager
def followed(who, *options):
    """A ctl that goes on, and is ended."""
    following = who.begin("logs", "-t", "-n", "all", *options)
    try:
        yield following
    finally:
        following.kill()
        following.communicate()


def listeners(app):
    """The TCP sockets at which a process of the daemon listens."""
    with open("/proc/net/tcp") as table:
        inodes = {f"socket:[{line.split()[9]}]" for line in list(table)[1:]
                  if line.split()[3] == "0A"}
    found = []
    for pid in app.home.processes:
        for fd in os.listdir(f"/proc/{pid}/fd"):
            try:
                found += [pid] if os.readlink(f"/proc/{pid}/fd/{fd}") in inodes else []
            except FileNotFoundError:
                pass
    return found


def test_nothing_listens_where_nobody_has_asked_for_it(app):
    app.procfile(alpha=STAYS)
    app.start()
    app.pid("alpha.1")
    assert front(app) is None
    assert listeners(app) == []


def test_an_admin_does_there_what_the_user_does_here_and_the_log_says_who(app, eve):
    assert {row.split()[0] for row in eve.ok("ps").splitlines()[2:]} == {"alpha.1", "beta.1"}
    eve.ok("scale", "beta=2")
    told = [one for one in app.records("-s", "muster") if one["line"].startswith("Scale to")][-1]
    assert told["line"] == "Scale to alpha=1, beta=2 by eve@127.0.0.1"
    assert (told["by"], told["role"], told["address"]) == ("eve@127.0.0.1", "admin", "127.0.0.1")
    done = eve.ctl("run", "--", "sh", "-c", "echo from-there; exit 7")
    assert (done.stdout, done.returncode) == ("from-there\n", 7)
    eve.ok("config", "set", "A=1")
    changed = [one for one in app.records("-s", "muster") if "Set A" in one["line"]]
    assert {(one["by"], one["role"]) for one in changed} == {("eve@127.0.0.1", "admin")}


def test_a_change_of_this_machine_has_its_role_too(app, eve):
    app.ok("scale", "beta=0")
    told = [one for one in app.records("-s", "muster") if one["line"].startswith("Scale to")][-1]
    assert (told["role"], told.get("address")) == ("admin", None)


def test_a_reader_sees_and_changes_nothing(app, eve):
    reader = OtherMachine(app, eve.port, "dora").let_in("read")
    assert "alpha.1" in reader.ok("ps")
    assert "dora@127.0.0.1 may not scale (read)" in reader.refused("scale", "beta=2")
    assert "may not key (read)" in reader.refused("key", "list")
    assert app.formation() == "alpha=1 beta=1"
    told = [one for one in app.records("-s", "muster") if one.get("role") == "read"]
    assert told[0]["address"] == "127.0.0.1"


def test_a_client_cannot_say_who_it_is(app, eve):
    context = zmq.Context()
    with context, eve.socket(context) as socket:
        socket.send(msgpack.packb({"id": 1, "verb": "scale", "by": "root@here",
                                   "changes": ["beta=3"]}))
        assert socket.poll(30_000)
    assert app.logs("-s", "muster").count(
        "muster[api]: Scale to alpha=1, beta=3 by eve@127.0.0.1") == 1


def test_the_errors_say_which_it_is(app, eve):
    stranger = OtherMachine(app, eve.port, "mallory").trust()
    assert "the key is not let in" in stranger.refused("ps")
    other = OtherMachine(app, eve.port, "zoe")
    assert "is not known" in other.refused("ps")
    other.let_in("read").ok("ps")
    (other.place / "muster" / "known").write_text(
        f"box 127.0.0.1:{eve.port} {stranger.key}\n")
    assert "another server answers there" in other.refused("ps")
    os.chmod(other.place / "muster" / "key", 0o644)
    assert "can be read by other users" in other.refused("ps")
    done = subprocess.run([BIN / "ctl", "-H", eve.host.replace("/app", "/other"), "ps"], text=True,
                          capture_output=True, env={**app.home.environment, **eve.env}, timeout=60,
                          check=False)
    assert "is app 'app', not 'other'" in done.stderr
    app.write("muster.toml", "")
    app.ok("reload")
    assert "nobody listens at" in eve.refused("ps", status=3)


@pytest.mark.row("R1")
def test_strangers_of_all_kinds_get_nothing_and_one_line(app, eve):
    context = zmq.Context()
    kinds = []
    for kind in ("null", "plain", "stranger"):
        socket = context.socket(zmq.DEALER)
        socket.linger = 0
        if kind == "plain":
            socket.plain_username, socket.plain_password = b"eve", b"x"
        if kind == "stranger":
            public, secret = zmq.curve_keypair()
            socket.curve_publickey, socket.curve_secretkey = public, secret
            socket.curve_serverkey = public
        socket.connect(f"tcp://127.0.0.1:{eve.port}")
        socket.send(msgpack.packb({"id": 1, "verb": "shutdown", "by": ""}))
        kinds.append(socket)
    stays("nobody is answered", lambda: not any(one.poll(0) for one in kinds), MOMENT)
    mallory = OtherMachine(app, eve.port, "mallory").trust()
    # On a machine that is busy ctl may give up after its two seconds instead.
    said = wait_for("a refusal",
                    lambda: (done := mallory.ctl("ps")).returncode == 1 and done.stderr)
    assert "the key is not let in" in said
    wait_for("a line about it", lambda: "(unknown key)" in app.errors)
    assert "alpha.1" in eve.ok("ps")
    context.destroy(0)


@pytest.mark.row("R2")
@pytest.mark.parametrize("options, why", [(["--until", "2020-01-31"], "expired"),
                                          (["--from", "10.9.0.0/16"], "not from this address")])
def test_a_key_counts_from_where_and_until_when_it_says(app, eve, options, why):
    late = OtherMachine(app, eve.port, "late").let_in("admin", *options)
    assert "the key is not let in" in late.refused("ps")
    wait_for("a line about it", lambda: f"({why})" in app.errors)


@pytest.mark.row("R2")
def test_a_key_that_is_removed_ends_what_it_has_under_way(app, eve):
    reader = OtherMachine(app, eve.port, "dora").let_in("read")
    app.procfile(alpha=f"echo here; {STAYS}", beta=STAYS)
    context = zmq.Context()
    with followed(reader) as following, context, reader.socket(context) as silent:
        app.ok("reload")
        lines = iter(following.stdout.readline, b"")
        assert any(b"app[alpha.1]: here" in line for line in lines)
        assert ask(silent, "version")["reply"] == "version"
        exchanges = app.status()["exchanges"]
        app.ok("key", "remove", "dora")
        app.ok("scale", "beta=3")
        wait_for("its replay to end", lambda: app.status()["exchanges"] < exchanges, 1)
        silent.send(msgpack.packb({"id": 2, "verb": "version", "by": "x"}))
        assert not silent.poll(MOMENT * 1000)
        assert b"Scale to" not in b"".join(lines)
        assert following.wait(60) != 0
        assert b"not let in" in following.stderr.read()
    assert "dora" not in app.ok("key", "list")


@pytest.mark.row("R3")
def test_the_log_is_followed_whole_while_the_front_dies(app, eve):
    """Each death costs a connection anew, and no line."""
    app.write("Procfile", "alpha: i=0; while read x; do echo line $i; i=$((i+1)); done < go\n")
    go = app.gate("go")
    app.ok("reload")
    with followed(eve, "-s", "app") as following:
        lines = iter(following.stdout.readline, b"")
        for number in range(4):
            go.open()
            assert next(lines).endswith(f"app[alpha.1]: line {number}\n".encode())
            before = wait_front(app)
            os.kill(before, signal.SIGABRT)
            wait_front(app, before)
            assert app.states()["alpha.1"] == "up"
    assert any("muster-front was ended by signal 6" in line for line in app.logs("-s", "muster"))


SUBSCRIBERS = REPOSITORY / "examples" / "subscribers"


@pytest.mark.parametrize("command", [
    ["/usr/bin/python3", "-B", SUBSCRIBERS / "python" / "follow.py"],
    ["node", SUBSCRIBERS / "javascript" / "follow.js"]], ids=["python", "javascript"])
def test_the_example_subscriber_follows_with_a_read_key(app, eve, command):
    reader = OtherMachine(app, eve.port, "dora").let_in("read")
    app.procfile(alpha=f"echo here; {STAYS}", beta=STAYS)
    app.ok("reload")
    example = subprocess.Popen(
        [*command, "--remote", f"127.0.0.1:{eve.port}", "--server", server_key(app),
         "--key-file", reader.place / "muster" / "key"],
        stdout=subprocess.PIPE, env=app.home.environment)
    try:
        assert any(b"app[alpha.1]: here" in line for line in example.stdout)
        app.ok("scale", "beta=2")
        assert any(b"Scale to alpha=1, beta=2" in line for line in example.stdout)
    finally:
        example.kill()
        example.communicate()


@pytest.mark.row("R4")
def test_there_is_never_more_than_one_front(app, eve):
    before, supervisor = wait_front(app), app.pid_of_supervisor()
    os.kill(supervisor, signal.SIGKILL)
    app.successor(supervisor)
    after = wait_front(app, before)
    assert not os.path.exists(f"/proc/{before}")
    assert "alpha.1" in eve.ok("ps")
    supervisor = app.pid_of_supervisor()
    app.ok("upgrade")
    app.successor(supervisor)
    wait_front(app, after)
    assert not os.path.exists(f"/proc/{after}")
    assert "alpha.1" in eve.ok("ps")
    last = front(app)["pid"]
    assert app.stop() == 0
    assert not os.path.exists(f"/proc/{last}")


def test_who_ends_the_daemon_from_there_is_told(app, eve):
    assert "done" in eve.ok("shutdown")
    assert app.wait() == 0


@pytest.mark.row("R5")
def test_it_does_not_listen_without_a_key_or_with_a_secret_that_others_can_read(app, port):
    def has(alarm):
        return any(alarm in one for one in app.status()["alarms"])
    wait_for("an alarm", lambda: has("muster-front keeps failing"))
    eve = OtherMachine(app, port, "eve").let_in("admin")
    pid = wait_front(app)
    eve.ok("ps")
    secret = app.home.state / "front" / "key"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    os.chmod(secret, 0o640)
    os.kill(pid, signal.SIGKILL)
    wait_for("an alarm", lambda: has("can be read by other users"))
    assert listeners(app) == []


def test_the_list_of_keys(app, eve):
    app.ok("key", "add", "shipper", "read", OtherMachine(app, eve.port, "s").key,
           "--from", "10.0.0.0/8", "--until", "2099-01-31", "--note", "ships logs")
    listed = app.ok("key", "list")
    assert listed.splitlines()[0].startswith("server  mk1")
    words = json.loads(app.ok("key", "list", "--json"))["server_words"]
    assert re.fullmatch("(-?[bdfghjklmnprstvz][aiou][bdfghjklmnprstvz][aiou]"
                        "[bdfghjklmnprstvz]){6}", words)
    assert listed.splitlines()[0].endswith(" " + words)
    assert f"127.0.0.1:{eve.port}" in listed.splitlines()[1]
    assert "from=10.0.0.0/8 until=2099-01-31 # ships logs" in listed.splitlines()[3]
    assert "there is a key 'eve' already" in app.refused("key", "add", "eve", "read",
                                                         server_key(app))
    assert "is no key" in app.refused("key", "add", "x", "read", eve.key[:-1])
    assert "none of read" in app.refused("key", "add", "x", "post", server_key(app))
    assert "there is no key 'x'" in app.refused("key", "remove", "x")
    app.ok("key", "remove", "shipper")
    told = [line for line in app.logs("-s", "muster") if "Key " in line]
    assert [line.split(" by ")[0] for line in told] == [
        "muster[api]: Key eve added (admin)", "muster[api]: Key shipper added (read)",
        "muster[api]: Key shipper removed"]


@pytest.mark.parametrize("text, why", [
    ('listen = "0.0.0.0:5555"', "every address of this machine"),
    ('listen = "5555"', "an address of this machine and a port"),
    ('listen = "unix:x"', "an address of this machine and a port"),
    ("anywhere = true", "needs listen"), ('lissen = "x"', "unknown key")])
def test_an_address_is_named_or_refused(app, text, why):
    app.procfile(alpha=STAYS)
    app.write("muster.toml", f"[remote]\n{text}\n")
    assert why in app.ctl("check").stdout + app.ctl("check").stderr
