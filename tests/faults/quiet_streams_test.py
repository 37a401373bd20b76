"""Fifty quiet streams beside one that floods: none of them waits until the flood is over.

There is no clock in what is asserted. The flood counts what it has written where the quiet ones can
read it, each puts that count into its line, and the order of the records says how much of the flood
has been published before that line: the difference is what it has been overtaken by.
"""

import struct
import time

import pytest
from tail import Subscriber  # examples/subscribers/python: every record, once, in order

MIB = 1 << 20
QUIET = 50
ROUNDS = 40
BETWEEN = 12 * MIB  # of the flood, from one round of the others' lines to the next
# The sweep of a busy pipe finds a quiet one half a millisecond late, which is half a MiB at 1 GB/s;
# then each stream that has something gets a turn, a window's worth (256 KiB) for the flood. Eight
# MiB, two thirds of a round, is room for a process that is preempted before it writes.
OVERTAKEN = 8 * MIB
BEFORE = 10  # lines of the quiet ones that show that we are listening, before the flood begins

# Lines of 61,440 bytes. Lets the others speak after each round, and prints one more after the last.
# All of it fits the journal, so that a subscriber that falls behind misses nothing.
FLOOD = f"""import mmap, os, signal, struct
count = mmap.mmap(os.open("count", os.O_RDWR), 8)
turns = os.open("turns", os.O_RDWR)
line = b"x" * 61439 + b"\\n"
written = 0
open("go").read()
for part in range(1, {ROUNDS} + 2):
    while written < part * {BETWEEN}:
        written += os.write(1, line)
        count[:] = struct.pack("=Q", written)
    if part <= {ROUNDS}:
        os.write(turns, b"x" * {QUIET})
signal.pause()
"""
# A line for each byte that it gets from the fifo that all of them read.
SPEAKER = """import mmap, os, struct, time
count = mmap.mmap(os.open("count", os.O_RDONLY), 8, prot=mmap.PROT_READ)
turns = os.open("turns", os.O_RDWR)
said = 0
while os.read(turns, 1):
    said += 1
    flood = struct.unpack("=Q", count[:])[0]
    os.write(1, b"%d %d %d\\n" % (said, flood, time.monotonic_ns()))
"""


@pytest.mark.row("C45")
def test_a_quiet_line_is_overtaken_by_little_of_a_flood(app):
    app.write("flood.py", FLOOD)
    app.write("speaker.py", SPEAKER)
    app.write("count", struct.pack("=Q", 0))
    app.procfile(flood="exec /usr/bin/python3 -SE flood.py",
                 quiet="exec /usr/bin/python3 -SE speaker.py")
    go, turns = app.gate("go"), app.gate("turns")
    app.start("-m", f"flood=1,quiet={QUIET}")
    subscriber = Subscriber(app.home.runtime, [""], lambda *gone: pytest.fail(f"gone: {gone}"))
    try:
        overtaken, delays = listen(subscriber.records(first=1), turns, go)
    finally:
        subscriber.bus.close(0)
        subscriber.control.close()
    print(f"{len(overtaken)} lines beside {ROUNDS * BETWEEN // MIB} MiB; p50, p99, most:",
          f"overtaken by {figures(overtaken, MIB)} MiB, seen after {figures(delays, 1e6)} ms")
    assert percentile(overtaken, 0.99) < OVERTAKEN


def listen(records, turns, go):
    """By how many bytes, and for how many nanoseconds, each quiet line came late."""
    published, said, overtaken, delays = 0, {}, [], []
    turns.open()
    for topic, record in records:
        if topic == "log/flood.1/":
            assert record["end"] > published
            published = record["end"]
        elif topic.startswith("log/quiet."):
            for line in record["lines"]:
                number, flood, stamp = map(int, line.split())
                said[topic] = said.get(topic, 0) + 1
                assert number == said[topic], f"{topic}: a line is lost or doubled"
                overtaken.append(published - flood)
                delays.append(time.monotonic_ns() - stamp)
                if len(overtaken) < BEFORE:
                    turns.open()
                elif len(overtaken) == BEFORE:
                    go.writer().close()
        if len(overtaken) == BEFORE + QUIET * ROUNDS:
            return overtaken[BEFORE:], delays[BEFORE:]
    raise AssertionError("the daemon has gone")


def percentile(values, part):
    return sorted(values)[int((len(values) - 1) * part)]


def figures(values, unit):
    return ", ".join(f"{percentile(values, part) / unit:.2f}" for part in (0.5, 0.99, 1))
