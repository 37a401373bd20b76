"""A flood of numbered lines, and a subscriber that checks each: both are programs of their own.

    flood.py print              prints until SIGUSR1 as fast as it can, then how many lines it were
    flood.py follow RUNTIME     says "live", then reads up to that number and says it; exits with 1
                                at the first line that is not the next one
    flood.Check                 what the latter finds

Both are in the directory of the fifos `go`, at whose end it begins, and `credit`: so much as has
been granted there is printed ahead of what has been checked, and no more. A subscriber that is
slow would else find gone what it has not got yet, as nobody waits for it.

Keeps: a line that is lost, doubled, torn or at another place is found. Of each thousand lines the
first has its number among all, the others the same text each time; so a thousand are compared at
once, which is what lets Python keep up.
"""

import os
import signal
import sys

BLOCK = 1000  # lines, of 100 bytes with their newlines
REST = [b"%-98d." % number for number in range(1, BLOCK)]
BYTES = BLOCK * 100
CREDIT = 1280  # blocks: 128 MB


def first_of(block):
    return b"%-98d!" % (block * BLOCK)


def print_flood():
    going_on = True

    def end(*_):
        nonlocal going_on
        going_on = False

    signal.signal(signal.SIGUSR1, end)
    write_all(b"ready\n")
    credit = os.open("credit", os.O_RDWR)
    with open("go", "rb") as go:
        go.read()
    rest = b"\n".join([b"", *REST, b""])
    block = 0
    while going_on:
        if block >= CREDIT:
            os.read(credit, 1)
        write_all(first_of(block) + rest)
        block += 1
    write_all(b"end %d\n" % (block * BLOCK))
    signal.pause()


def write_all(data):
    left = memoryview(data)
    while left:
        left = left[os.write(1, left):]


class Check:
    """Takes the lines of a flood in the order in which they come."""

    def __init__(self):
        self.taken = 0

    def take(self, lines):
        """How many lines it were, once that is said behind them."""
        at = 0
        while at < len(lines):
            place = self.taken % BLOCK
            if place == 0 and lines[at].startswith(b"end "):
                return int(lines[at].split()[1])
            wanted = REST[place - 1:place - 1 + len(lines) - at] if place else \
                [first_of(self.taken // BLOCK)]
            seen = lines[at:at + len(wanted)]
            assert seen == wanted, f"behind {self.taken} lines: {seen[0]!r} to {seen[-1]!r}"
            at += len(wanted)
            self.taken += len(wanted)
        return None


def follow(runtime):
    from tail import Joiner, Subscriber  # examples/subscribers/python

    def lost(first, last):
        raise AssertionError(f"records {first} to {last} are gone")

    check, joiner, granted = Check(), Joiner(), 0
    credit = os.open("credit", os.O_RDWR)
    for _, record in Subscriber(runtime, ["log/flood.1/"], lost).records(first=1):
        lines = joiner.lines(record)
        if lines and lines[0] == b"ready":
            print("live", flush=True)
            lines = lines[1:]
        if (end := check.take(lines)) is not None:
            assert check.taken == end, f"{check.taken} lines of {end}"
            print(end, flush=True)
            return
        if blocks := check.taken // BLOCK - granted:
            granted += os.write(credit, b"x" * blocks)
    raise AssertionError("the daemon has gone")


if __name__ == "__main__":
    if sys.argv[1] == "print":
        print_flood()
    else:
        follow(sys.argv[2])
        os._exit(0)  # what libzmq still holds is of no use
