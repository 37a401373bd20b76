"""A client on another machine that has a key and connects by CURVE: with ctl, or with pyzmq.

Keeps: what is theirs is in a directory of their own, as it would be over there.
"""

import msgpack
import zmq
from far import free_port
from waiting import PATIENCE, wait_for

DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"


def key_bytes(text):
    """The text is `mk1`, 52 characters of five bits each and two of a checksum."""
    number = 0
    for digit in text[3:55]:
        number = number << 5 | DIGITS.index(digit)
    return (number >> 4).to_bytes(32, "big")


class OtherMachine:
    def __init__(self, app, port, name):
        self.app, self.port, self.name = app, port, name
        self.place = app.home.path / f"of-{name}"
        self.env = {"XDG_CONFIG_HOME": str(self.place)}
        self.host = f"muster://127.0.0.1:{port}/app"
        self.key = app.ok("key", "new", env=self.env).strip()

    def let_in(self, role, *options):
        self.app.ok("key", "add", self.name, role, self.key, *options)
        return self.trust()

    def trust(self, server=None):
        server = server or server_key(self.app)
        self.app.ok("key", "trust", f"127.0.0.1:{self.port}", server, env=self.env)
        return self

    def ctl(self, *words, **options):
        return self.app.ctl("-H", self.host, *words, env=self.env, **options)

    def ok(self, *words):
        return self.app.ok("-H", self.host, *words, env=self.env)

    def refused(self, *words, status=1):
        return self.app.refused("-H", self.host, *words, env=self.env, status=status)

    def begin(self, *words, **options):
        return self.app.begin("-H", self.host, *words, env=self.env, **options)

    def secret(self):
        return key_bytes((self.place / "muster" / "key").read_text().strip())

    def socket(self, context):
        socket = context.socket(zmq.DEALER)
        socket.linger = 0
        socket.setsockopt(zmq.CURVE_SERVERKEY, key_bytes(server_key(self.app)))
        socket.setsockopt(zmq.CURVE_PUBLICKEY, key_bytes(self.key))
        socket.setsockopt(zmq.CURVE_SECRETKEY, self.secret())
        socket.connect(f"tcp://127.0.0.1:{self.port}")
        return socket


def server_key(app):
    return app.ok("key", "list").splitlines()[0].split()[1]


def listen(app, **fields):
    """Writes [remote] for a port that is free; returns that."""
    port = fields.pop("port", None) or free_port()
    more = "".join(f"{name} = {value}\n" for name, value in fields.items())
    app.write("muster.toml", f'[remote]\nlisten = "127.0.0.1:{port}"\n{more}')
    return port


def front(app):
    helpers = app.status()["helpers"]
    return helpers[0] if helpers else None


def wait_front(app, other_than=None):
    """The pid of a muster-front that listens."""
    def probe():
        one = front(app)
        ready = one and one["pid"] and one["pid"] != other_than and one["lines"]
        return ready and one["lines"][-1].startswith("listens") and one["pid"]
    return wait_for("muster-front to listen", probe)


def ask(socket, verb, number=1, **fields):
    socket.send(msgpack.packb({"id": number, "verb": verb, "by": "x", **fields}))
    assert socket.poll(PATIENCE * 1000)
    return msgpack.unpackb(socket.recv_multipart()[0])
