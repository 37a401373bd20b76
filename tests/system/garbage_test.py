"""Garbage on the sockets, by whoever may reach them, loses nothing and stops nobody."""

import json
import os
import random
import socket
import subprocess

import msgpack
import pytest
import zmq
from waiting import wait_for


@pytest.fixture
def counting(app):
    app.procfile(alpha="i=0; while [ ! -e stop ]; do i=$((i+1)); echo $i; sleep 0.01; done; "
                       "echo end; exec sleep 1000")
    app.start()
    app.pid("alpha.1")
    yield app
    app.write("stop", "")
    lines = app.wait_log("app[alpha.1]: end", "-s", "app", "-n", "1000000")
    numbers = [int(line.split(": ")[1]) for line in lines[:-1]]
    assert numbers == list(range(1, len(numbers) + 1)), "every line, once, in order"


def raw(app, name, data):
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(str(app.home.runtime / name))
        peer.settimeout(10)
        try:
            peer.sendall(data)
            peer.recv(1000)
        except OSError:
            pass  # being thrown out is fine


@pytest.mark.row("F79")
@pytest.mark.asan
@pytest.mark.parametrize("name", ["control", "operate", "read", "bus"])
def test_random_bytes(counting, name):
    random.seed(name)
    for size in (0, 1, 10, 100, 5000, 100_000):
        raw(counting, name, random.randbytes(size))
    greeting = b"\xff\0\0\0\0\0\0\0\1\x7f\3\0NULL" + b"\0" * 48
    raw(counting, name, greeting + random.randbytes(1000))
    counting.ok("ps")


@pytest.mark.row("F79")
@pytest.mark.asan
def test_messages_that_are_not_the_protocol(counting):
    random.seed(1)
    context = zmq.Context()
    peer = context.socket(zmq.DEALER)
    peer.linger = 0
    peer.connect(f"ipc://{counting.home.runtime}/control")
    bodies = [b"", b"\xc1", b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\x91" * 5000,
              msgpack.packb({}), msgpack.packb([]), msgpack.packb("scale"),
              msgpack.packb({"id": -1, "verb": "scale", "changes": 7}),
              msgpack.packb({"id": 2 ** 64 - 1, "verb": "no such verb"}),
              msgpack.packb({"id": 1, "verb": "ps", "names": [["deep"]]}),
              msgpack.packb({"id": 1, "verb": "ps"}) + b"trailing",
              os.urandom(1000), b"x" * 900_000]
    for body in bodies:
        peer.send(body)
        peer.send_multipart([body, body])
    for _ in range(200):
        peer.send(random.randbytes(random.randrange(200)))
    peer.send_multipart([b"part"] * 1000)
    counting.ok("ps")
    counting.ok("scale", "alpha=1")
    peer.close()
    context.term()


@pytest.mark.row("F83")
def test_a_message_that_is_too_big_ends_that_peer_only(counting):
    context = zmq.Context()
    peer = context.socket(zmq.DEALER)
    peer.linger = 0
    peer.connect(f"ipc://{counting.home.runtime}/control")
    peer.send(b"x" * (20 << 20))
    counting.ok("ps")
    peer.close()
    context.term()


class Hostile:
    """A peer that sends subscriptions to what nobody publishes."""

    def __init__(self, app):
        self.context = zmq.Context()
        self.peer = self.context.socket(zmq.XSUB)
        self.peer.linger = 0
        self.peer.sndhwm = 0
        self.peer.connect(f"ipc://{app.home.runtime}/bus")

    def subscribe(self, count):
        for _ in range(count):
            self.peer.send(b"\1" + os.urandom(100))

    def close(self):
        self.peer.close()
        self.context.term()


def status(app):
    return json.loads(app.ok("status", "--json"))


def is_somebody_shut_out(app):
    return "it is shut out" in app.errors and status(app)["clients_refused"] >= 65


@pytest.mark.row("F87")
def test_hostile_subscriptions_are_bounded_and_their_sender_is_shut_out(counting):
    counting.ok("logs", "-n", "1")
    before = status(counting)["memory_bytes"]
    peer = Hostile(counting)
    peer.subscribe(100_000)
    wait_for("the sender to be shut out", lambda: is_somebody_shut_out(counting))
    for _ in range(20):
        counting.ok("ps")
    told = status(counting)
    assert told["memory_bytes"] - before < 8 << 20
    assert told["clients_refused"] < 10_000, "it goes on being listened to"
    peer.close()


@pytest.mark.row("F87")
def test_honest_subscribers_lose_nothing_when_a_hostile_one_is_shut_out(counting):
    with open(counting.home.path / "tail.out", "wb") as out:
        tail = counting.begin("logs", "-t", "--from", "1", "-s", "app", stdout=out)

    def seen():
        text = (counting.home.path / "tail.out").read_text()
        return [int(line.split(": ")[1]) for line in text.splitlines(keepends=True)
                if line.endswith("\n")]

    wait_for("live lines", seen)
    # Another process, because it is the process that is shut out.
    hostile = subprocess.Popen(
        ["/usr/bin/python3", "-c", HOSTILE, f"ipc://{counting.home.runtime}/bus"])
    wait_for("the hostile one to be shut out", lambda: is_somebody_shut_out(counting))
    count = len(seen())
    wait_for("more lines", lambda: len(seen()) > count + 50)
    hostile.kill()
    hostile.wait()
    tail.kill()
    tail.wait()
    assert seen() == list(range(1, len(seen()) + 1)), "every line, once, in order"
    context = zmq.Context()
    late = context.socket(zmq.SUB)
    late.subscribe(b"log/alpha.1/")
    late.connect(f"ipc://{counting.home.runtime}/bus")
    assert late.poll(10_000), "the bus is where it was"
    late.close()
    context.term()


HOSTILE = """
import os, sys, zmq
peer = zmq.Context().socket(zmq.XSUB)
peer.sndhwm = 0
peer.connect(sys.argv[1])
for _ in range(20_000):
    peer.send(b"\\1" + os.urandom(100))
peer.poll()
"""


def test_hostile_subscriptions_stop_nobody(counting):
    peer = Hostile(counting)
    peer.subscribe(20_000)
    for _ in range(20):
        counting.ok("ps")
    peer.close()


@pytest.mark.row("F80")
def test_many_silent_peers(counting):
    peers = []
    for _ in range(100):
        peer = socket.socket(socket.AF_UNIX)
        peer.connect(str(counting.home.runtime / "control"))
        peers.append(peer)
    counting.ok("ps")
    for peer in peers:
        peer.close()
