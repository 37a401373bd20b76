"""A person comes in from another machine by an invitation, which is used once."""

import msgpack
import pytest
import zmq
from other_machine import OtherMachine, ask, key_bytes, server_key, wait_front
from waiting import wait_for

from zmq.utils import z85


@pytest.fixture
def invited(app, port):
    """The line for eve, who may operate."""
    line = app.ok("key", "invite", "eve", "operate")
    wait_front(app)
    return line


def machine(app, port, name):
    """It has no key yet."""
    one = OtherMachine(app, port, name)
    (one.place / "muster" / "key").unlink()
    return one


def join(who, line):
    return who.app.ok("join", env=who.env, input=line)


def used(who, line):
    return who.app.refused("join", env=who.env, input=line)


def socket_of(context, port, line):
    """One that has come in by the invitation itself."""
    server, once = (key_bytes(part.strip()) for part in line.split("?server=")[1].split("&once="))
    socket = context.socket(zmq.DEALER)
    socket.linger = 0
    socket.curve_serverkey, socket.curve_secretkey = z85.encode(server), z85.encode(once)
    socket.curve_publickey = zmq.curve_public(z85.encode(once))
    socket.connect(f"tcp://127.0.0.1:{port}")
    return socket


def test_an_invitation_lets_one_in_and_is_used_once(app, port, invited):
    assert invited.startswith(f"muster://127.0.0.1:{port}/app?server={server_key(app)}&once=mk1")
    assert " invited until " in app.ok("key", "list")
    eve = machine(app, port, "eve")
    assert f"ctl -H muster://127.0.0.1:{port}/app ps" in join(eve, invited)
    eve.ok("scale", "alpha=2")
    assert "may not run (operate)" in eve.refused("run", "true")
    assert "invited" not in app.ok("key", "list")
    secret = invited.split("&once=")[1].strip()
    assert secret not in (app.home.state / "front" / "keys").read_text()
    assert "has been used" in used(machine(app, port, "mallory"), invited)
    told = [line.split(" by ") for line in app.logs("-s", "muster") if "Key " in line]
    assert [line[0] for line in told] == ["muster[api]: Key eve invited (operate)",
                                          "muster[api]: Key eve enrolled (operate)"]
    assert told[1][1] == "eve@127.0.0.1"


def test_one_who_has_lost_the_answer_may_join_again(app, port, invited):
    eve = machine(app, port, "eve")
    join(eve, invited)
    join(eve, invited)
    assert "alpha.1" in eve.ok("ps")


@pytest.mark.row("R7")
def test_an_invitation_can_do_nothing_but_join(app, port, invited):
    with socket_of(zmq.Context.instance(), port, invited) as socket:
        for verb in ("shutdown", "ps", "status", "replay", "key"):
            told = ask(socket, verb, credit=1, add="x")
            assert told["reply"] == "refused" and "ctl join" in told["message"]
        assert ask(socket, "version")["reply"] == "version"
        other = OtherMachine(app, port, "zoe")
        app.ok("key", "add", "zoe", "read", other.key)
        assert "is that of 'zoe' already" in ask(socket, "key", enrol=other.key)["message"]
        assert "no key" in ask(socket, "key", enrol="mk1")["message"]
        mine = OtherMachine(app, port, "eve")
        rows = ask(socket, "key", enrol=mine.key)["keys"]
        assert [(row["name"], row["role"], row["key"]) for row in rows] == [
            ("eve", "operate", mine.key)]
        late = OtherMachine(app, port, "late")
        assert "no such invitation" in ask(socket, "key", enrol=late.key)["message"]
        wait_for("its connection to end", lambda: not answers(socket))
    assert "alpha.1" in mine.trust().ok("ps")


def answers(socket):
    """A client that is refused for good has no connection to send to."""
    try:
        socket.send(msgpack.packb({"id": 9, "verb": "version", "by": "x"}), zmq.NOBLOCK)
    except zmq.Again:
        return False
    return socket.poll(300)


@pytest.mark.row("R7")
def test_an_invitation_ends_is_taken_back_or_replaced(app, port, invited):
    again = app.ok("key", "invite", "eve", "read")
    assert again != invited
    assert "has been used" in used(machine(app, port, "a"), invited)
    keys = app.home.state / "front" / "keys"
    keys.write_text(" ".join(word if "once=" not in word else "once=1700000000"
                             for word in keys.read_text().split()) + "\n")
    assert "has ended" in used(machine(app, port, "b"), again)
    third = app.ok("key", "invite", "eve", "read")
    app.ok("key", "remove", "eve")
    assert "has been used" in used(machine(app, port, "c"), third)


def test_what_is_no_invitation_is_refused(app, port, invited):
    eve = machine(app, port, "eve")
    for line in ("", "muster://x", invited.strip()[:-1], invited.replace("once", "one")):
        assert "that is no invitation" in app.refused("join", env=eve.env, input=line, status=2)
    assert not (eve.place / "muster" / "key").exists()
    assert "none of read" in app.refused("key", "invite", "x", "boss")
    join(eve, invited)
    assert "there is a key 'eve' already" in app.refused("key", "invite", "eve", "admin")


def test_the_place_that_is_named_stands_in_it(app, port, invited):
    assert "muster://box.example:5555/app?" in app.ok("key", "invite", "eve", "read", "--at",
                                                      "box.example:5555")
