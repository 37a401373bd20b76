"""Clients that speak PROTOCOL.md themselves, and may do it badly: a DEALER or REQ socket, or a
process full of them that is killed."""

import contextlib
import os
import signal
import time
import traceback

import msgpack
import zmq


class Client:
    """One connection to the control socket of an app. Reads only when told to."""

    def __init__(self, app, kind=zmq.DEALER, context=None):
        self.own = None if context else zmq.Context()
        self.socket = (context or self.own).socket(kind)
        self.socket.linger = 0
        self.socket.connect(f"ipc://{app.home.runtime}/control")

    def send(self, number, verb, **fields):
        self.socket.send(msgpack.packb({"id": number, "verb": verb, "by": "test@test", **fields}))

    def reply(self, timeout=20_000):
        """The next reply as a map; of a replay's records without them. None if none comes."""
        if not self.socket.poll(timeout):
            return None
        return msgpack.unpackb(self.socket.recv_multipart()[0])

    def ask(self, number, verb, **fields):
        self.send(number, verb, **fields)
        return self.reply()

    def close(self):
        self.socket.close()
        if self.own:
            self.own.term()


@contextlib.contextmanager
def client(app, kind=zmq.DEALER):
    one = Client(app, kind)
    try:
        yield one
    finally:
        one.close()


def subscriber(app, context, *topics, queue=1):
    """A SUB socket that keeps as little as it can of what it does not read."""
    bus = context.socket(zmq.SUB)
    bus.linger = 0
    bus.rcvhwm = queue
    for topic in topics:
        bus.subscribe(topic)
    bus.connect(f"ipc://{app.home.runtime}/bus")
    return bus


@contextlib.contextmanager
def process_that(does):
    """A process of its own that has done `does(context)` and waits; it is killed at the end, and
    what that returned is there until then."""
    done, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            kept = does(zmq.Context())
            os.write(told, b"x" if kept else b"?")
            signal.pause()
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    os.close(told)
    try:
        with os.fdopen(done, "rb") as pipe:
            assert pipe.read(1) == b"x", "the process has failed"
        yield pid
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


class Follower:
    """A replay that follows, which takes as much as the test lets it. Keeps what it was given, and
    asserts that it comes in order, once, and that what is missing was told."""

    def __init__(self, app, context=None, **wanted):
        self.app, self.context, self.wanted = app, context, wanted
        self.head, self.journal, self.number = 0, "", 0
        self.records, self.gone, self.live = [], [], False
        self.client = None

    def ask(self, credit=1, **fields):
        """Asks anew from where it is."""
        self.client = self.client or Client(self.app, context=self.context)
        self.number += 1
        fields = {"from": self.head + 1, "journal": self.journal, "follow": True, **self.wanted,
                  **fields}
        self.client.send(self.number, "replay", credit=credit, **fields)

    def grant(self, messages=1):
        self.client.send(self.number, "credit", messages=messages)

    def take(self, timeout=20_000):
        """The next reply of what was asked for last, or None if none comes."""
        while self.client.socket.poll(timeout):
            head, *frames = self.client.socket.recv_multipart()
            reply = msgpack.unpackb(head)
            if reply["id"] == self.number:
                return self.on_reply(reply, frames)
        return None

    def on_reply(self, reply, frames):
        if reply["reply"] != "replay_records":
            return reply
        last = self.records[-1]["seq"] if self.records else 0
        if gone := reply.get("gone"):
            assert gone[0] > last and gone[1] >= gone[0]
            self.gone.append((*gone, reply["loss"]))
            last = gone[1]
        for payload in frames[1::2]:
            record = msgpack.unpackb(payload)
            assert record["seq"] > last, f"{record['seq']} comes after {last}"
            last = record["seq"]
            self.records.append(record)
        assert reply["head"] >= max(last, self.head)
        self.head, self.journal = reply["head"], reply["journal"]
        self.live = reply.get("live", False)
        return reply

    def take_until(self, what, probe, deadline=60):
        """Takes and grants, a message at a time."""
        end = time.monotonic() + deadline
        while not probe(self):
            assert time.monotonic() < end, f"waited for {what}; it is at {self.head}"
            reply = self.take(1_000)
            assert reply is None or reply["reply"] == "replay_records", reply
            if reply:
                self.grant()

    def lines(self, process):
        return [line for record in self.records if record["process"] == process
                for line in record.get("lines", [])]

    def close(self):
        if self.client:
            self.client.close()
        self.client = None
