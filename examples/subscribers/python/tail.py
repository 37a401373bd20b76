#!/usr/bin/python3
"""Prints every line of a running app, each exactly once: history from a number on, then live.

Written from proto/PROTOCOL.md alone; "rule N" below is rule N of its section 7. Subscriber is the
part to copy, the rest prints. Needs pyzmq and msgpack.
"""
import argparse
import datetime
import fcntl
import getpass
import os
import socket
import stat
import sys
import time

import msgpack
import zmq

CREDIT = 16  # replay messages that may be under way to us
TOPICS = 4000  # whose last record is remembered, before a replay makes that superfluous


def is_ours(runtime):
    """Section 1: nobody else may have made it, or what leads there."""
    place, above = os.path.abspath(runtime), os.path.dirname(os.path.abspath(runtime))
    for path in (place, above):
        if not os.path.lexists(path):
            return False
        found = os.lstat(path)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o022:
            return False
    while above != "/":
        above = os.path.dirname(above)
        found = os.stat(above)
        others_write = found.st_mode & 0o022 and not found.st_mode & stat.S_ISVTX
        if found.st_uid not in (0, os.getuid()) or others_write:
            return False
    return True


class Subscriber:
    """Yields (topic, record) for every record from `first` on.

    `lost(first, last, loss)` is told what is gone; `anew()`, that the numbers have begun anew.
    """

    def __init__(self, runtime, topics, lost, anew=lambda: None):
        self.runtime, self.topics = runtime, topics or [""]
        self.lost, self.anew = lost, anew
        self.everything = "" in self.topics
        exactly_one = len(self.topics) == 1 and self.topics[0].count("/") == 2
        self.strictly_in_order = self.everything or exactly_one
        self.floor, self.last, self.seen, self.journal = 0, {}, 0, None
        self.id = 0
        context = zmq.Context.instance()
        self.bus = context.socket(zmq.SUB)  # rule 1: listen first
        for topic in self.topics:
            self.bus.subscribe(topic)
        self.bus.connect(f"ipc://{runtime}/bus")
        self.control = context.socket(zmq.DEALER)
        self.control.linger = 0
        self.control.connect(f"ipc://{runtime}/control")

    def records(self, first=None, lines=None):
        if first is not None:
            self.floor = first - 1
        yield from self.replay({"from": first} if first is not None else {"lines": lines})
        quiet_since, pause = time.monotonic(), 0.1  # our subscription may just have come too late
        replayed_at = quiet_since
        while True:
            check_at = quiet_since + pause  # rule 5: it is quiet, or others hide a loss
            if not self.strictly_in_order:
                check_at = min(check_at, replayed_at + 4)
            if self.bus.poll(max(0, check_at - time.monotonic()) * 1000):
                topic, payload = self.bus.recv_multipart()
                topic, record = topic.decode(), msgpack.unpackb(payload)
                known, seq = self.known(topic), record["seq"]
                if seq <= known:  # rule 4: we have it
                    if time.monotonic() < check_at:
                        continue
                elif (seq == known + 1) if self.everything else (record["prev"] <= known):
                    self.note(topic, seq)
                    yield topic, record
                    quiet_since, pause = time.monotonic(), 1
                    if quiet_since < check_at and len(self.last) < TOPICS:
                        continue
            else:
                pause = min(max(1, 2 * pause), 4)
                if not self.daemon_runs():
                    return
            yield from self.replay(self.what_is_missing())
            quiet_since = replayed_at = time.monotonic()

    def replay(self, request):
        while request is not None:
            self.id += 1
            self.send("replay", topics=self.topics, credit=CREDIT, **request)
            request = yield from self.read_replay(request)

    def read_replay(self, request):
        """Rules 2, 3, 6 and 7. Returns the request to go on with, if one is needed."""
        brought, used, asked, silent = False, 0, False, 0
        while silent < 10:
            if not self.control.poll(1000):
                silent += 1
                asked = True
                self.send("credit", messages=0)
                if not self.daemon_runs():
                    sys.exit("the daemon has gone")
                continue
            head, *frames = self.control.recv_multipart()
            reply = msgpack.unpackb(head)
            if reply["id"] != self.id:
                continue
            silent = 0
            if reply["reply"] == "refused":
                if not asked:
                    sys.exit(reply["message"])
                break
            if self.is_another_journal(reply):  # rule 7
                self.send("cancel")
                return {}
            if "gone" in reply:
                brought = True
                self.lost(*reply["gone"], reply.get("loss", {}))
                self.floor = max(self.floor, reply["gone"][1])
            if reply["reply"] == "replay_end":
                self.on_replay_end(reply)
                return None
            for topic, payload in zip(frames[::2], frames[1::2]):
                topic, record = topic.decode(), msgpack.unpackb(payload)
                brought, seq = True, record["seq"]
                is_new = seq > self.known(topic)
                self.seen, self.floor = max(self.seen, seq), max(self.floor, seq)
                if is_new:
                    yield topic, record
            used += 1
            if used == CREDIT // 2:
                self.send("credit", messages=used)
                used, asked = 0, True
        return self.what_is_missing() if brought else request

    def what_is_missing(self):
        return {"from": self.floor + 1, "have": self.last}

    def is_another_journal(self, reply):
        known, self.journal = self.journal, reply.get("journal", self.journal)
        if self.journal == known or known is None:
            if reply.get("head", self.seen) >= self.seen:
                return False
        self.floor, self.last, self.seen = 0, {}, 0
        self.anew()
        return True

    def on_replay_end(self, reply):
        self.seen = reply["head"]
        self.floor = max(self.floor, reply["head"])
        self.last = {topic: seq for topic, seq in self.last.items() if seq > self.floor}

    def known(self, topic):
        return max(self.floor, self.last.get(topic, 0))

    def note(self, topic, seq):
        self.seen = max(self.seen, seq)
        if self.strictly_in_order:
            self.floor = seq
        else:
            self.last[topic] = seq

    def send(self, verb, **fields):
        by = f"{getpass.getuser()}@{socket.gethostname()}"
        self.control.send(msgpack.packb({"id": self.id, "verb": verb, "by": by, **fields}))

    def daemon_runs(self):
        """Section 1: it holds its lock. Looks for a second: it may be about to come back."""
        for _ in range(10):
            try:
                flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
                with os.fdopen(os.open(f"{self.runtime}/lock", flags), "rb") as lock:
                    fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            except OSError:
                pass
            time.sleep(0.1)
        return False


class Joiner:
    """Puts together the lines that were split because of their length (section 4)."""

    LIMIT = 4 << 20

    def __init__(self):
        self.held = {}

    def lines(self, record):
        stream = (record["launch"], record["stream"])
        lines = record["lines"]
        if record.get("continues") and stream in self.held:
            lines = [self.held.pop(stream) + lines[0], *lines[1:]]
        elif record.get("continues") and not lines[0]:
            lines = lines[1:]  # only the newline of what has been shown as it was
        if lines and record.get("tail") == "split" and len(lines[-1]) < self.LIMIT:
            self.held[stream] = lines.pop()
        return lines


def utc(nanoseconds):
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    day = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return f"{day:%Y-%m-%dT%H:%M:%S}.{rest // 1000:06}+00:00"


def as_bytes(text):
    return text if isinstance(text, bytes) else text.encode()


def runtime_directory(app):
    if "MUSTER_HOME" in os.environ:
        return f"{os.environ['MUSTER_HOME']}/run/{app}"
    if os.getuid() == 0:
        return f"/run/muster/{app}"
    base = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    return f"{base}/muster/{app}" if os.path.isdir(base) else f"/tmp/muster-{os.getuid()}/{app}"


def show(record, joiner, out, as_pieces):
    """Writes the lines of a record, whole, or its pieces with their numbers."""
    is_log = record["kind"] == "log"
    lines = record["lines"] if is_log else [as_bytes(record["text"])]
    if is_log and not as_pieces:
        lines = joiner.lines(record)
    source = "app" if is_log else "muster"
    head = f"{utc(record['time'])} {source}[{record['process']}]: "
    for number, line in enumerate(lines, record["line"] + 1):
        place = f"{record['seq']} {number} " if as_pieces else ""
        out.write((place + head).encode() + line + b"\n")


def main():
    parser = argparse.ArgumentParser(description="Prints every line of a running app.")
    parser.add_argument("-a", "--app", default=os.environ.get("MUSTER_APP"))
    parser.add_argument("--from", dest="first", type=int, help="begin at this record")
    parser.add_argument("-n", "--lines", type=int, default=100, help="begin so many lines back")
    parser.add_argument("--topic", action="append", help="only topics that begin so: log/web.1/")
    parser.add_argument("--numbers", action="store_true",
                        help="every piece as it is, after its record's and its own number")
    options = parser.parse_args()
    runtime = runtime_directory(options.app or os.path.basename(os.getcwd()))

    def lost(first, last, loss):
        lines = f"lines {loss.get('first_line', '?')} to {loss.get('last_line', '?')}"
        print(f"records {first} to {last} are gone ({lines}): {loss.get('cause')}", file=sys.stderr)

    if not is_ours(runtime):
        sys.exit(f"no daemon of yours runs in {runtime}")

    def anew():
        print("the log has been begun anew", file=sys.stderr)

    subscriber = Subscriber(runtime, options.topic, lost, anew)
    joiner, out = Joiner(), sys.stdout.buffer
    if not subscriber.daemon_runs():
        sys.exit(f"no daemon runs in {runtime}")
    for _, record in subscriber.records(options.first, options.lines):
        show(record, joiner, out, options.numbers)
        out.flush()


if __name__ == "__main__":
    try:
        main()
    except (KeyboardInterrupt, BrokenPipeError):
        os._exit(0)
