"""Clients that speak PROTOCOL.md themselves, and may do it badly: a DEALER or REQ socket, or a
process full of them that is killed."""

import contextlib
import os
import signal
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
