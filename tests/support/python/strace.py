"""strace at a running daemon, to make its system calls fail, wait or be interrupted.

Keeps: it is gone at the end, and the daemon is as it was. It follows the threads that are there
and no processes: strace that lets go of a child between vfork and exec waits for the parent, which
waits for that child, for ever.
"""

import subprocess

import proc
from programs import need
from waiting import wait_for


class Strace:
    def __init__(self, pid, *injections, log):
        need("strace")
        self.pid = pid
        self.log = log
        words = ["strace", "-q", "-o", str(log)]
        for task in proc.tasks(pid):
            words += ["-p", str(task)]
        for injection in injections:
            words += ["-e", f"inject={injection}"]
        calls = ",".join(text.split(":")[0] for text in injections)
        self.popen = subprocess.Popen([*words, "-e", f"trace={calls}"],
                                      stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for("strace to be attached", self.attached)

    def attached(self):
        assert self.popen.poll() is None, "strace cannot attach"
        tracers = [proc.read(self.pid, f"task/{task}/status") for task in proc.tasks(self.pid)]
        return all(f"TracerPid:\t{self.popen.pid}\n".encode() in text for text in tracers)

    def injected(self):
        """How many calls have been tampered with so far."""
        return self.log.read_text(errors="replace").count("(INJECTED)") + \
            self.log.read_text(errors="replace").count("(DELAYED)")

    def threads(self):
        """Those that have made a call which was looked for. The loop's has the daemon's pid."""
        words = [line.split() for line in self.log.read_text(errors="replace").splitlines()]
        return {int(thread) for thread, what, *_ in words if what not in ("---", "+++")}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # A signal just before it waits for its tracees is looked at after their next event.
        def gone():
            self.popen.terminate()
            return self.popen.poll() is not None
        wait_for("strace to be gone", gone)
