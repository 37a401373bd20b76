#!/usr/bin/python3
"""Prints every line of a running app, each exactly once, over one socket: a replay that follows.

Written from section 7 of proto/PROTOCOL.md alone. follow() is the part to copy, the rest prints as
tail.py does, which keeps the rules of the bus instead. Needs pyzmq and msgpack.
"""
import argparse
import os
import sys
import time

import msgpack
import zmq
from zmq.utils import z85

from tail import Joiner, is_ours, runtime_directory, show

CREDIT = 16  # messages that may be under way to us
SILENCE = 12_000  # milliseconds: a daemon that is there says something every 5 seconds


def follow(address, topics=(), head=0, journal="", keys=()):
    """Yields (reply, records) for ever: reply["head"] and reply["journal"] are where to go on.
    From another machine `keys` are the server's and the two halves of our own."""
    control = zmq.Context.instance().socket(zmq.DEALER)
    ended = control.get_monitor_socket(zmq.EVENT_DISCONNECTED)
    for option, key in zip((zmq.CURVE_SERVERKEY, zmq.CURVE_PUBLICKEY, zmq.CURVE_SECRETKEY), keys):
        control.setsockopt(option, key)
    control.connect(address)
    poller, number = zmq.Poller(), 0
    for one in (control, ended):
        poller.register(one, zmq.POLLIN)

    def send(verb, **fields):
        control.send(msgpack.packb({"id": number, "verb": verb, "by": "follow@here", **fields}))

    while True:
        send("cancel")
        number, used = number + 1, 0
        send("replay", follow=True, journal=journal, topics=list(topics), credit=CREDIT,
             **{"from": head + 1})
        while ready := dict(poller.poll(SILENCE)):
            if ended in ready:  # the daemon is being replaced
                ended.recv_multipart()
                break
            reply, *frames = control.recv_multipart()
            reply = msgpack.unpackb(reply)
            if reply["id"] != number:
                continue
            if reply["reply"] == "refused":
                time.sleep(0.5)
                break
            yield reply, [(topic.decode(), msgpack.unpackb(payload))
                          for topic, payload in zip(frames[::2], frames[1::2])]
            head, journal, used = reply["head"], reply["journal"], used + 1
            if used == CREDIT // 2:
                send("credit", messages=used)
                used = 0


def key_bytes(text):
    """The text is `mk1`, 52 characters of five bits each, and two of a checksum."""
    number = 0
    for digit in text.strip()[3:55]:
        number = number << 5 | "0123456789abcdefghjkmnpqrstvwxyz".index(digit)
    return (number >> 4).to_bytes(32, "big")


def keys_of(server, file):
    with open(os.path.expanduser(file), encoding="ascii") as text:
        secret = key_bytes(text.read())
    public = z85.decode(zmq.curve_public(z85.encode(secret)))
    return key_bytes(server), public, secret


def main():
    parser = argparse.ArgumentParser(description="Prints every line of a running app.")
    parser.add_argument("-a", "--app", default=os.environ.get("MUSTER_APP"))
    parser.add_argument("--from", dest="first", type=int, default=1, help="begin at this record")
    parser.add_argument("--topic", action="append", help="only topics that begin so: log/web.1/")
    parser.add_argument("--numbers", action="store_true",
                        help="every piece as it is, after its record's and its own number")
    parser.add_argument("--remote", metavar="HOST:PORT", help="on another machine, without ssh")
    parser.add_argument("--server", metavar="KEY", help="the key that `ctl key list` shows there")
    parser.add_argument("--key-file", default="~/.config/muster/key",
                        help="as `ctl key new` made it")
    options = parser.parse_args()
    runtime = runtime_directory(options.app or os.path.basename(os.getcwd()))
    if options.remote:
        address, keys = f"tcp://{options.remote}", keys_of(options.server, options.key_file)
    elif is_ours(runtime):
        address, keys = f"ipc://{runtime}/control", ()
    else:
        sys.exit(f"no daemon of yours runs in {runtime}")
    joiner, out, journal = Joiner(), sys.stdout.buffer, None
    for reply, records in follow(address, options.topic or (), options.first - 1, keys=keys):
        if journal not in (None, reply["journal"]):
            print("the log has been begun anew", file=sys.stderr)
        journal = reply["journal"]
        if "gone" in reply:
            print("records {} to {} are gone: {}".format(*reply["gone"], reply["loss"]["cause"]),
                  file=sys.stderr)
        for _, record in records:
            show(record, joiner, out, options.numbers)
        out.flush()


if __name__ == "__main__":
    try:
        main()
    except (KeyboardInterrupt, BrokenPipeError):
        os._exit(0)
