"""A gate at which processes of an app wait until the test lets them through."""

import errno
import os

from waiting import wait_for


class Gate:
    """A fifo where processes wait for the test. Each takes one byte, by `read x < NAME` or an
    unbuffered read(1): a buffer would take what is meant for another."""

    def __init__(self, path):
        self.path = path
        os.mkfifo(path)
        self.held = None

    def open(self):
        """Lets one through, now or when it comes. The fifo stays open: a second read waits there,
        where a last writer that is just closing it would show an end."""
        self.say("")

    def say(self, line):
        """The same with a line, for a process that reads one."""
        if not self.held:
            self.held = os.fdopen(os.open(self.path, os.O_RDWR), "wb", buffering=0)
        self.held.write(line.encode() + b"\n")

    def writer(self):
        """The end to write to, unbuffered, as soon as a process reads. Closing it is seen there."""
        def probe():
            try:
                return os.open(self.path, os.O_WRONLY | os.O_NONBLOCK)
            except OSError as problem:
                assert problem.errno == errno.ENXIO, problem  # no process reads yet
                return None
        fd = wait_for(f"somebody at {self.path.name}", probe)
        return os.fdopen(fd, "wb", buffering=0)
