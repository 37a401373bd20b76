"""A command on a terminal of its own: what it shows there, and keys for it."""

import fcntl
import os
import pty
import struct
import subprocess
import termios

from waiting import PATIENCE, wait_for


def take_terminal():
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Terminal:
    def __init__(self, command, env, cwd, columns=200):
        self.fd, inner = pty.openpty()
        self.resize(50, columns)
        self.modes = termios.tcgetattr(self.fd)
        self.process = subprocess.Popen(
            [str(word) for word in command], stdin=inner, stdout=inner, stderr=inner, cwd=cwd,
            env={**env, "TERM": "xterm"}, start_new_session=True, preexec_fn=take_terminal)
        os.close(inner)
        os.set_blocking(self.fd, False)
        self.shown = b""

    def read(self):
        try:
            while data := os.read(self.fd, 65536):
                self.shown += data
        except (BlockingIOError, OSError):
            pass  # nothing for now, or the other side has gone
        return self.shown

    def wait_shown(self, part, deadline=PATIENCE):
        return wait_for(f"{part!r} on the terminal", lambda: part in self.read() and self.shown,
                        deadline)

    def resize(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def press(self, keys):
        os.write(self.fd, keys)

    def wait_end(self, deadline=PATIENCE):
        """The exit status."""
        def ended():
            self.read()
            return self.process.poll() is not None
        wait_for("the command to end", ended, deadline)
        self.read()
        return self.process.returncode

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
        os.close(self.fd)
